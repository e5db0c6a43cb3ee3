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

// from returns the ranges from the first on that ends after an offset.
func (s spans) from(at int64) spans {
	i, _ := slices.BinarySearchFunc(s, at, func(each span, at int64) int {
		if each.end <= at {
			return -1
		}
		return 1
	})
	return s[i:]
}

// overlap reports whether a range has a byte in common with any of them.
func (s spans) overlap(r span) bool {
	rest := s.from(r.at)
	return r.at < r.end && len(rest) > 0 && rest[0].at < r.end
}

// contain reports whether a range lies within one of them.
func (s spans) contain(r span) bool {
	rest := s.from(r.at)
	return len(rest) > 0 && rest[0].at <= r.at && r.end <= rest[0].end
}

// eachGap calls do for the parts of a range that lie in none of them.
func (s spans) eachGap(r span, do func(span) error) error {
	for _, kept := range s.from(r.at) {
		if kept.at >= r.end {
			break
		}
		if kept.at > r.at {
			if err := do(span{r.at, kept.at}); err != nil {
				return err
			}
		}
		r.at = kept.end
	}
	if r.at >= r.end {
		return nil
	}
	return do(r)
}
