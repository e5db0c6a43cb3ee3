// Package additions holds the tests of what the contract adds to the original service (section 3, Additions).
package additions
