package metadata

import (
	"encoding/binary"
	"slices"
)

// maxDoomed is how many separate pieces of data may go: half an hour of a drone's text at 60 a second.
const maxDoomed = 1 << 17

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

// meets tells whether a place has something in common with one of them.
func (s spans) meets(place span) bool {
	i, _ := slices.BinarySearchFunc(s, place.at, func(each span, at int64) int {
		if each.end <= at {
			return -1
		}
		return 1
	})
	return place.at < place.end && i < len(s) && s[i].at < place.end
}

// add dooms a piece of media data.
func (c *iso) add(piece span) error {
	i, _ := slices.BinarySearchFunc(c.media, piece.at, func(each span, at int64) int {
		if each.end <= at {
			return -1
		}
		return 1
	})
	if piece.at == piece.end {
		return nil
	}
	if i == len(c.media) || piece.at < c.media[i].at || piece.end > c.media[i].end {
		return unclean("data to remove is not where media data is")
	}
	if n := len(c.doomed); n > 0 && c.doomed[n-1].end == piece.at {
		c.doomed[n-1].end = piece.end
		return nil
	}
	if len(c.doomed) == maxDoomed {
		return unclean("data to remove is in too many pieces")
	}
	c.doomed = append(c.doomed, piece)
	return nil
}

// doom finds the data that goes, and makes sure that none of it is also of what stays.
func (c *iso) doom(t top) error {
	if t.movie.kind != "" {
		if err := c.readTracks(t.movie); err != nil {
			return err
		}
		if c.video && len(c.tracks) > 0 && !slices.ContainsFunc(c.tracks, track.shows) {
			return unclean("it has no track of pictures")
		}
	}
	kinds, err := c.readItems(t.items)
	if err != nil {
		return err
	}
	gone := slices.ContainsFunc(c.tracks, track.doomed)
	if gone {
		if err := c.eachPiece(t, true, c.add); err != nil {
			return err
		}
	}
	if c.doomed = c.doomed.merged(); len(c.doomed) == 0 {
		return nil
	}
	spare := func(piece span) error {
		if c.doomed.meets(piece) {
			return unclean("data to remove is also data to keep")
		}
		return nil
	}
	if err := c.eachPicture(t.items, kinds, spare); err != nil {
		return err
	}
	return c.eachPiece(t, false, spare)
}

// eachPiece calls do for the data of the tracks that go, or of those that stay.
func (c *iso) eachPiece(t top, gone bool, do func(span) error) error {
	for _, one := range c.tracks {
		if one.doomed() != gone {
			continue
		}
		left, err := c.eachChunk(one, do)
		if err != nil {
			return err
		}
		if gone && left > 0 {
			return unclean("a track to remove has data nobody knows where")
		}
	}
	if !t.fragments {
		return nil
	}
	return c.eachRun(t.end, func(one *track, piece span) error {
		if one.doomed() != gone {
			return nil
		}
		return do(piece)
	})
}

// eachChunk calls do for each chunk of a track's samples; left are samples that are in none.
func (c *iso) eachChunk(t track, do func(span) error) (left uint32, err error) {
	tables, err := c.find(t.table, "stsc", "stsz", "stz2", "stco", "co64")
	if err != nil {
		return 0, err
	}
	sizes, err := c.sizes(tables["stsz"], tables["stz2"])
	if err != nil {
		return 0, err
	}
	runs, offsets, width := c.numbers(tables["stsc"], 8), c.numbers(tables["stco"], 8), 4
	if wide, ok := tables["co64"]; ok {
		offsets, width = c.numbers(wide, 8), 8
	}
	count, err := c.count(tables["stco"], tables["co64"])
	if err != nil || count == 0 {
		return sizes.left, err
	}
	runsLeft, err := c.count(tables["stsc"])
	if err != nil {
		return 0, err
	}
	var first, samples uint64
	next := uint64(1)
	for chunk := uint64(1); chunk <= uint64(count); chunk++ {
		if chunk == next { // here a run of chunks of another length begins
			first = next
			if samples, next, err = run(runs, &runsLeft, first); err != nil {
				return 0, err
			}
		}
		at, err := offsets.read(width)
		if err != nil {
			return 0, err
		}
		length, err := sizes.sum(samples)
		if err != nil {
			return 0, err
		}
		if at > uint64(c.size) || length > uint64(c.size)-at {
			return 0, unclean("a sample is not in the file")
		}
		if err := do(span{int64(at), int64(at + length)}); err != nil {
			return 0, err
		}
	}
	return sizes.left, nil
}

// run reads how many samples the chunks from first on have, and from which chunk on that changes. The number of the
// first chunk was read with the run before, but for the very first.
func run(runs *numbers, left *uint32, first uint64) (samples, next uint64, err error) {
	if *left == 0 {
		return 0, 0, unclean("it does not say how many samples are in a chunk")
	}
	if first == 1 {
		begin, err := runs.read(4)
		if err != nil {
			return 0, 0, err
		}
		if begin != 1 {
			return 0, 0, unclean("the first chunk is not described")
		}
	}
	if samples, err = runs.read(4); err != nil {
		return 0, 0, err
	}
	if _, err = runs.read(4); err != nil {
		return 0, 0, err
	}
	if *left--; *left == 0 {
		return samples, 0, nil
	}
	if next, err = runs.read(4); err == nil && next <= first {
		err = unclean("its chunks are out of order")
	}
	return samples, next, err
}

// count is the number of entries in the first of some tables that is there.
func (c *iso) count(tables ...box) (uint32, error) {
	for _, b := range tables {
		if b.kind == "" {
			continue
		}
		head, err := c.content(b, 8)
		if err != nil {
			return 0, err
		}
		return binary.BigEndian.Uint32(head[4:]), nil
	}
	return 0, nil
}
