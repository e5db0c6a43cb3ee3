//go:build !linux

package process

// ReleaseProgram is an economy that the other systems do without.
func ReleaseProgram() {}
