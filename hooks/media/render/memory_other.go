//go:build !unix

package render

func reserve(size uint64) *reserved { return &reserved{make([]byte, size)} }

// Free leaves it to the collector.
func (r *reserved) Free() { r.all = nil }
