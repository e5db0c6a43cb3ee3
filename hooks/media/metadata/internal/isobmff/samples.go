package isobmff

import (
	"encoding/binary"
	"slices"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// maxRemoved is how many separate pieces of data may be removed: half an hour of a drone's subtitles at 60 per second.
const maxRemoved = 1 << 17

// markSpan marks a piece of media data for removal. It must lie within one mdat.
func (c *cleaner) markSpan(piece span) error {
	i, _ := slices.BinarySearchFunc(c.mediaData, piece.at, func(each span, at int64) int {
		if each.end <= at {
			return -1
		}
		return 1
	})
	if piece.at == piece.end {
		return nil
	}
	if i == len(c.mediaData) || piece.at < c.mediaData[i].at || piece.end > c.mediaData[i].end {
		return edit.Unclean("data to remove is not where media data is")
	}
	if n := len(c.removed); n > 0 && c.removed[n-1].end == piece.at {
		c.removed[n-1].end = piece.end
		return nil
	}
	if len(c.removed) == maxRemoved {
		return edit.Unclean("data to remove is in too many pieces")
	}
	c.removed = append(c.removed, piece)
	return nil
}

// markRemoved collects the media data to remove, and makes sure that none of it also belongs to what is kept.
func (c *cleaner) markRemoved(t layout) error {
	if t.movie.kind != "" {
		if err := c.readTracks(t.movie); err != nil {
			return err
		}
		if c.video && len(c.tracks) > 0 && !slices.ContainsFunc(c.tracks, track.visual) {
			return edit.Unclean("it has no track of pictures")
		}
	}
	kinds, err := c.readItems(t.images)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(c.tracks, track.removed) {
		if err := c.eachSampleRange(t, true, c.markSpan); err != nil {
			return err
		}
	}
	if c.removed = c.removed.merged(); len(c.removed) == 0 {
		return nil
	}
	refuseOverlap := func(piece span) error {
		if c.removed.overlap(piece) {
			return edit.Unclean("data to remove is also data to keep")
		}
		return nil
	}
	if err := c.eachImageExtent(t.images, kinds, refuseOverlap); err != nil {
		return err
	}
	return c.eachSampleRange(t, false, refuseOverlap)
}

// eachSampleRange calls do for the media data of the removed tracks, or of the kept ones.
func (c *cleaner) eachSampleRange(t layout, removed bool, do func(span) error) error {
	for _, one := range c.tracks {
		if one.removed() != removed {
			continue
		}
		left, err := c.eachChunk(one, do)
		if err != nil {
			return err
		}
		if removed && left > 0 {
			return edit.Unclean("a track to remove has data nobody knows where")
		}
	}
	if !t.fragments {
		return nil
	}
	return c.eachFragmentRun(t.end, func(one *track, piece span) error {
		if one.removed() != removed {
			return nil
		}
		return do(piece)
	})
}

// eachChunk calls do for each chunk of a track's samples. left is the number of samples that are in no chunk.
func (c *cleaner) eachChunk(t track, do func(span) error) (left uint32, err error) {
	tables, err := c.find(t.table, "stsc", "stsz", "stz2", "stco", "co64")
	if err != nil {
		return 0, err
	}
	sizes, err := c.sampleSizes(tables["stsz"], tables["stz2"])
	if err != nil {
		return 0, err
	}
	runs, offsets, width := c.table(tables["stsc"], 8), c.table(tables["stco"], 8), 4
	if wide, ok := tables["co64"]; ok {
		offsets, width = c.table(wide, 8), 8
	}
	count, err := c.entryCount(tables["stco"], tables["co64"])
	if err != nil || count == 0 {
		return sizes.left, err
	}
	runsLeft, err := c.entryCount(tables["stsc"])
	if err != nil {
		return 0, err
	}
	var first, samples uint64
	next := uint64(1)
	for chunk := uint64(1); chunk <= uint64(count); chunk++ {
		if chunk == next { // a run of chunks with another number of samples begins
			first = next
			if samples, next, err = nextChunkRun(runs, &runsLeft, first); err != nil {
				return 0, err
			}
		}
		at, err := offsets.next(width)
		if err != nil {
			return 0, err
		}
		length, err := sizes.sum(samples)
		if err != nil {
			return 0, err
		}
		if at > uint64(c.Size) || length > uint64(c.Size)-at {
			return 0, edit.Unclean("a sample is not in the file")
		}
		if err := do(span{int64(at), int64(at + length)}); err != nil {
			return 0, err
		}
	}
	return sizes.left, nil
}

// nextChunkRun reads an entry of stsc: how many samples each chunk has, from the chunk first on, and the chunk from
// which that changes (0: none). The first chunk of an entry was read with the entry before, except for the very
// first.
func nextChunkRun(runs *tableReader, left *uint32, first uint64) (samples, next uint64, err error) {
	if *left == 0 {
		return 0, 0, edit.Unclean("it does not say how many samples are in a chunk")
	}
	if first == 1 {
		begin, err := runs.next(4)
		if err != nil {
			return 0, 0, err
		}
		if begin != 1 {
			return 0, 0, edit.Unclean("the first chunk is not described")
		}
	}
	if samples, err = runs.next(4); err != nil {
		return 0, 0, err
	}
	if _, err = runs.next(4); err != nil {
		return 0, 0, err
	}
	if *left--; *left == 0 {
		return samples, 0, nil
	}
	if next, err = runs.next(4); err == nil && next <= first {
		err = edit.Unclean("its chunks are out of order")
	}
	return samples, next, err
}

// entryCount returns the number of entries in the first of these tables that exists.
func (c *cleaner) entryCount(tables ...box) (uint32, error) {
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
