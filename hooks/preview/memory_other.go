//go:build !unix

package preview

func reserve(size uint64) *reserved { return &reserved{make([]byte, size)} }

// Free leaves it to the collector.
func (r *reserved) Free() { r.all = nil }
