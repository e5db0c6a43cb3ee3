// Package contract holds tests only: that the API answers exactly as its contract says. They replay recorded answers of
// Laravel 10 and the examples of the original service's reference page against a running server, and check that hostile
// requests of every kind get an answer that a client can work with.
package contract
