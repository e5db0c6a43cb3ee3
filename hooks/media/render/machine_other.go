//go:build !linux

package render

// availableMemory returns 0: it isn't known here.
func availableMemory() uint64 { return 0 }
