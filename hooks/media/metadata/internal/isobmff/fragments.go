package isobmff

import (
	"encoding/binary"
	"math/bits"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// Flags of tfhd and trun (ISO/IEC 14496-12, 8.8.7 and 8.8.8).
const (
	hasBase        = 0x1
	hasDescription = 0x2
	hasDuration    = 0x8
	hasSize        = 0x10
	baseIsMoof     = 0x20000

	runHasOffset = 0x1
	runHasFirst  = 0x4
	runHasSize   = 0x200
	runFields    = 0xf00
	runHasTime   = 0x100
)

// eachFragmentRun calls do with the track and the range of each run of samples in a file's fragments.
func (c *cleaner) eachFragmentRun(end int64, do func(*track, span) error) error {
	return c.each(box{end: end}, func(moof box) error {
		if moof.kind != "moof" {
			return nil
		}
		base := moof.at
		return c.each(moof, func(b box) error {
			if b.kind != "traf" {
				return nil
			}
			next, err := c.eachRunOfTrack(moof, b, base, do)
			base = next // unless stated otherwise, the next track's data follows
			return err
		})
	})
}

// eachRunOfTrack does so for one track's part of a fragment (traf). next is where its data ends.
func (c *cleaner) eachRunOfTrack(moof, traf box, base int64, do func(*track, span) error) (next int64, err error) {
	head, err := c.find(traf, "tfhd")
	if err != nil {
		return 0, err
	}
	tfhd := head["tfhd"]
	b, err := c.content(tfhd, 8)
	if err != nil {
		return 0, err
	}
	flags := binary.BigEndian.Uint32(b) & 0xffffff
	t := c.trackByID(binary.BigEndian.Uint32(b[4:]))
	if t == nil {
		return 0, edit.Unclean("a fragment is of no track")
	}
	fields := c.table(tfhd, 8)
	defaultSize := uint64(t.sampleSize)
	for _, field := range []struct {
		flag  uint32
		width int
	}{{hasBase, 8}, {hasDescription, 4}, {hasDuration, 4}, {hasSize, 4}} {
		if flags&field.flag == 0 {
			continue
		}
		value, err := fields.next(field.width)
		if err != nil {
			return 0, err
		}
		switch field.flag {
		case hasBase:
			base = int64(min(value, uint64(c.Size)))
		case hasSize:
			defaultSize = value
		}
	}
	if flags&(hasBase|baseIsMoof) == baseIsMoof {
		base = moof.at
	}
	next = base
	err = c.each(traf, func(trun box) error {
		if trun.kind != "trun" {
			return nil
		}
		piece, err := c.runExtent(trun, base, next, defaultSize)
		if err != nil {
			return err
		}
		next = piece.end
		return do(t, piece)
	})
	return next, err
}

// runExtent returns where the samples of a run (trun) are. Without an offset of their own they begin at next.
func (c *cleaner) runExtent(trun box, base, next int64, defaultSize uint64) (span, error) {
	b, err := c.content(trun, 8)
	if err != nil {
		return span{}, err
	}
	flags := binary.BigEndian.Uint32(b) & 0xffffff
	count := uint64(binary.BigEndian.Uint32(b[4:]))
	fields := c.table(trun, 8)
	if flags&runHasOffset != 0 {
		offset, err := fields.next(4)
		if err != nil {
			return span{}, err
		}
		next = base + int64(int32(offset))
	}
	if flags&runHasFirst != 0 {
		fields.at += 4
	}
	sum := count * defaultSize
	if flags&runHasSize != 0 {
		sum = 0
		width := int64(4 * bits.OnesCount32(flags&runFields))
		before := int64(4 * bits.OnesCount32(flags&runHasTime))
		for range count {
			sample := fields.at
			fields.at += before
			size, err := fields.next(4)
			if err != nil {
				return span{}, err
			}
			sum += size
			fields.at = sample + width
		}
	}
	if next < 0 || next > c.Size || sum > uint64(c.Size-next) {
		return span{}, edit.Unclean("a sample is not in the file")
	}
	return span{next, next + int64(sum)}, nil
}
