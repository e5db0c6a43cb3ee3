//go:build unix

package render

import "syscall"

func reserve(size uint64) *reserved {
	all, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return &reserved{}
	}
	return &reserved{all}
}

func (r *reserved) Free() {
	if r.all != nil {
		_ = syscall.Munmap(r.all)
	}
	r.all = nil
}
