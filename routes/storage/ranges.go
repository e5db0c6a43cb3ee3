package storage

import (
	"net/http"
	"strings"
)

// NormalizeRange rewrites the header Range where package http would answer otherwise than RFC 9110 (section 14) says: a
// unit that the server does not know is ignored, the name of the one that it knows is compared without regard to case,
// a suffix of no bytes (bytes=-0) can't be satisfied, and a number may be greater than any file.
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
			specs[i] = greatest + "-" // which begins behind every file
			continue
		}
		first, last, _ := strings.Cut(spec, "-")
		if isGreat(first) || isGreat(last) {
			specs[i] = clamp(first) + "-" + clamp(last)
		}
	}
	header.Set("Range", "bytes="+strings.Join(specs, ","))
}

// greatest is the greatest number that package http reads.
const greatest = "9223372036854775807"

// isGreat reports whether a part of a range is a number that package http may be unable to read.
func isGreat(number string) bool {
	number = strings.TrimLeft(strings.TrimSpace(number), "0")
	return len(number) >= len(greatest) && strings.Trim(number, "0123456789") == ""
}

// clamp returns a part of a range with a number that package http reads, and that is behind the end of every file if the
// former one was.
func clamp(number string) string {
	if isGreat(number) {
		return greatest
	}
	return number
}
