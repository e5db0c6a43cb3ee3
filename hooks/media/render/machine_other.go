//go:build !linux

package render

// memory isn't known here.
func memory() uint64 { return 0 }
