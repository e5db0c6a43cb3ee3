//go:build !unix

package child

func reserveMemory(size uint64) *linearMemory { return &linearMemory{make([]byte, size)} }

// Free leaves it to the collector.
func (r *linearMemory) Free() { r.all = nil }
