//go:build !linux

package process

// ReleaseProgram does nothing on this system.
func ReleaseProgram() {}
