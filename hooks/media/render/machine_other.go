//go:build !linux

package render

// availableMemory isn't known here.
func availableMemory() uint64 { return 0 }
