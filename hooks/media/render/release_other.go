//go:build !linux

package render

// ReleaseProgram is an economy that the other systems do without.
func ReleaseProgram() {}
