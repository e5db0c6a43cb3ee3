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

// eachFragmentRun calls do with the track and each run of samples in a file's fragments.
func (c *cleaner) eachFragmentRun(end int64, do func(*track, samplesAt) error) error {
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
func (c *cleaner) eachRunOfTrack(moof, traf box, base int64, do func(*track, samplesAt) error) (next int64, err error) {
	tfhd, err := c.fragmentHeader(traf)
	if err != nil {
		return 0, err
	}
	b, err := c.content(tfhd, 8)
	if err != nil {
		return 0, err
	}
	flags := binary.BigEndian.Uint32(b) & 0xffffff
	t := c.trackByID(binary.BigEndian.Uint32(b[4:]))
	if t == nil {
		return 0, edit.Unclean("a fragment is of no track")
	}
	fields := c.fields(tfhd, 8)
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
		run, err := c.fragmentRun(trun, base, next, defaultSize)
		if err != nil {
			return err
		}
		next = c.place(run.at, run.total).end
		if run.total == 0 {
			return nil
		}
		return do(t, run)
	})
	return next, err
}

// fragmentHeader returns the tfhd of a track's part of a fragment.
func (c *cleaner) fragmentHeader(traf box) (tfhd box, err error) {
	err = c.each(traf, func(b box) error {
		if b.kind != "tfhd" {
			return nil
		}
		if tfhd.kind != "" {
			return edit.Unclean("it has two boxes tfhd in one")
		}
		tfhd = b
		return nil
	})
	return tfhd, err
}

// fragmentRun returns the samples of a run (trun). Without an offset of their own they begin at next.
func (c *cleaner) fragmentRun(trun box, base, next int64, defaultSize uint64) (samplesAt, error) {
	b, err := c.content(trun, 8)
	if err != nil {
		return samplesAt{}, err
	}
	flags := binary.BigEndian.Uint32(b) & 0xffffff
	count := binary.BigEndian.Uint32(b[4:])
	fields := c.fields(trun, 8)
	if flags&runHasOffset != 0 {
		offset, err := fields.next(4)
		if err != nil {
			return samplesAt{}, err
		}
		next = base + int64(int32(offset))
	}
	if flags&runHasFirst != 0 {
		fields.at += 4
	}
	if next < 0 {
		return samplesAt{}, edit.Unclean("a sample is not in the file")
	}
	sizes := &sampleSizes{tableReader: &fields, uniform: defaultSize, left: count}
	run := samplesAt{at: uint64(next), count: uint64(count), total: uint64(count) * defaultSize, sizes: sizes}
	if flags&runHasSize == 0 {
		return run, nil
	}
	sizes.uniform, sizes.bits = 0, 32
	sizes.before = int64(4 * bits.OnesCount32(flags&runHasTime))
	sizes.after = int64(4*bits.OnesCount32(flags&runFields)) - 4 - sizes.before
	again, from := *sizes, fields
	if run.total, err = sizes.sum(uint64(count)); err != nil {
		return samplesAt{}, err
	}
	again.tableReader = &from
	run.sizes = &again
	return run, nil
}
