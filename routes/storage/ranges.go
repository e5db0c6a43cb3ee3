package storage

import (
	"net/http"
	"strings"
)

// NormalizeRange rewrites the header Range where package http would answer otherwise than RFC 9110 (section 14) says: a
// unit that the server does not know is ignored, the name of the one that it knows is compared without regard to case,
// and a suffix of no bytes (bytes=-0) can't be satisfied.
func NormalizeRange(header http.Header) {
	value := header.Get("Range")
	if value == "" {
		return
	}
	unit, ranges, found := strings.Cut(value, "=")
	if !found || !strings.EqualFold(unit, "bytes") {
		header.Del("Range")
		return
	}
	specs := strings.Split(ranges, ",")
	for i, spec := range specs {
		suffix, isSuffix := strings.CutPrefix(strings.TrimSpace(spec), "-")
		if isSuffix && suffix != "" && strings.Trim(suffix, "0") == "" {
			specs[i] = "9223372036854775807-" // which begins behind every file
		}
	}
	header.Set("Range", "bytes="+strings.Join(specs, ","))
}
