// Package contract holds tests only: that the API answers as its contract says, to the letter. What Laravel 10 was
// recorded to answer and what the original service's reference page shows is replayed against a running server, and
// hostile requests of every kind get an answer that a client can work with.
package contract
