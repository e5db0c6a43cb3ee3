package isobmff

import "slices"

// span is a place in a file, without its end.
type span struct{ at, end int64 }

// spans are places in their order, none touching another.
type spans []span

// merged puts places in order and joins those that touch.
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

// overlap tells whether a place has something in common with one of them.
func (s spans) overlap(place span) bool {
	i, _ := slices.BinarySearchFunc(s, place.at, func(each span, at int64) int {
		if each.end <= at {
			return -1
		}
		return 1
	})
	return place.at < place.end && i < len(s) && s[i].at < place.end
}
