//go:build !unix

package server

// makePrivateByDefault reports that files have no modes here.
func makePrivateByDefault() bool { return false }
