//go:build !linux

package render

// LandlockABI returns 0: only Linux has Landlock.
func LandlockABI() int { return 0 }
