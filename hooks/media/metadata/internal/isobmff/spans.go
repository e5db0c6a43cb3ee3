package isobmff

import "slices"

// span is a range of a file; end is exclusive.
type span struct{ at, end int64 }

// spans are ranges in ascending order that neither overlap nor touch.
type spans []span

// merged sorts ranges and joins those that overlap or touch. It reuses the memory of s.
func (s spans) merged() spans {
	slices.SortFunc(s, func(a, b span) int { return int(min(max(a.at-b.at, -1), 1)) })
	out := s[:0]
	for _, next := range s {
		if n := len(out); n > 0 && out[n-1].end >= next.at {
			out[n-1].end = max(out[n-1].end, next.end)
			continue
		}
		out = append(out, next)
	}
	return out
}

// overlap reports whether a range has a byte in common with any of them.
func (s spans) overlap(r span) bool {
	i, _ := slices.BinarySearchFunc(s, r.at, func(each span, at int64) int {
		if each.end <= at {
			return -1
		}
		return 1
	})
	return r.at < r.end && i < len(s) && s[i].at < r.end
}
