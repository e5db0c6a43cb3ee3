//go:build unix

package child

import "syscall"

// reserveMemory reserves address space for size bytes; on failure for none.
func reserveMemory(size uint64) *linearMemory {
	all, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return &linearMemory{}
	}
	return &linearMemory{all}
}

// Free returns the memory to the system.
func (r *linearMemory) Free() {
	if r.all != nil {
		_ = syscall.Munmap(r.all)
	}
	r.all = nil
}
