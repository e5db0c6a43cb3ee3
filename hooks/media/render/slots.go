package render

// slotMemory is the memory from which on two children may run at once; each uses up to 300 MB.
const slotMemory = 4 << 30

// guestMemory returns how much memory in MiB the codec of one child may use for a picture that needs more than the usual
// limits: an eighth of what the machine or the container has. 0 allows nothing beyond those. Besides it the child uses up to 200 MB.
func guestMemory() int {
	switch available := availableMemory() >> 20; {
	case available >= 15<<9: // a machine of 8 GB reports a little less
		return 1024
	case available >= 15<<8:
		return 448
	}
	return 0
}

// Slots returns how many previews may be made at the same time: 1, or 2 with 4 GB of memory or more, within the limit
// of the container.
func Slots() int {
	if availableMemory() >= slotMemory*15/16 { // a machine of 4 GB reports a little less
		return 2
	}
	return 1
}
