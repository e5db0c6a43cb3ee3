package render

// slotMemory is the memory from which on two children may run at once; each takes up to 300 MB.
const slotMemory = 4 << 30

// Slots is how many pictures may be made at the same time: 1, or 2 from 4 GB of memory on, a container's limit counted.
func Slots() int {
	if availableMemory() >= slotMemory*15/16 { // a machine of 4 GB says a little less
		return 2
	}
	return 1
}
