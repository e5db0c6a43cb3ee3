package render

// slotMemory is the memory from which on two children may run at once; each uses up to 300 MB.
const slotMemory = 4 << 30

// Slots returns how many previews may be made at the same time: 1, or 2 with 4 GB of memory or more, within the limit
// of the container.
func Slots() int {
	if availableMemory() >= slotMemory*15/16 { // a machine of 4 GB reports a little less
		return 2
	}
	return 1
}
