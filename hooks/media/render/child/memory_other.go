//go:build !unix

package child

// reserveMemory allocates on Go's heap.
func reserveMemory(size uint64) *linearMemory { return &linearMemory{make([]byte, size)} }

// Free leaves the memory to the garbage collector.
func (r *linearMemory) Free() { r.all = nil }
