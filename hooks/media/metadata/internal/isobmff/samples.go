package isobmff

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// samplesAt are samples that follow one another in the file from an offset on, and what reads their sizes.
type samplesAt struct {
	at    uint64
	count uint64
	sizes *sampleSizes
	// total is the size of all of them, where it is known without reading the sizes.
	total uint64
}

// length returns the size of all samples.
func (s samplesAt) length() (uint64, error) {
	if s.total != 0 {
		return s.total, nil
	}
	return s.sizes.sum(s.count)
}

// place returns the range of the file at an offset, of which all that is far behind the file is cut off.
func (c *cleaner) place(at, length uint64) span {
	beyond := uint64(c.Size) + 1
	at = min(at, beyond)
	return span{int64(at), int64(at + min(length, beyond))}
}

// eachChunk calls do for each chunk of a track's samples. do must read the sizes of all samples of the chunk.
func (c *cleaner) eachChunk(t track, do func(samplesAt) error) error {
	tables, err := c.find(t.table, "stsd", "stsc", "stsz", "stz2", "stco", "co64")
	if err != nil {
		return err
	}
	sizes, err := c.sampleSizes(tables["stsz"], tables["stz2"])
	if err != nil {
		return err
	}
	if sizes.uniform != 0 && t.handler == "soun" {
		if sizes.uniform, err = c.soundSampleSize(tables["stsd"], sizes.uniform); err != nil {
			return err
		}
	}
	runs, offsets, width := c.table(tables["stsc"], 8), c.table(tables["stco"], 8), 4
	if wide, ok := tables["co64"]; ok {
		offsets, width = c.table(wide, 8), 8
	}
	count, err := c.entryCount(tables["stco"], tables["co64"])
	if err != nil || count == 0 {
		return err
	}
	runsLeft, err := c.entryCount(tables["stsc"])
	if err != nil {
		return err
	}
	var first, samples uint64
	next := uint64(1)
	for chunk := uint64(1); chunk <= uint64(count) && sizes.left > 0; chunk++ {
		if chunk == next { // a run of chunks with another number of samples begins
			first = next
			if samples, next, err = nextChunkRun(runs, &runsLeft, first); err != nil {
				return err
			}
		}
		at, err := offsets.next(width)
		if err != nil {
			return err
		}
		if err := do(samplesAt{at: at, count: min(samples, uint64(sizes.left)), sizes: sizes}); err != nil {
			return err
		}
	}
	return nil
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

// soundSampleSize returns the size of a sound sample whose table gives one size for all. QuickTime's tables say 1 for
// sound that is compressed or has several channels, and the size follows from the description of the format (QuickTime
// File Format, "Sound Sample Descriptions").
func (c *cleaner) soundSampleSize(stsd box, listed uint64) (uint64, error) {
	if stsd.kind == "" {
		return listed, nil
	}
	size := listed
	err := c.each(stsd.skip(8), func(entry box) error {
		if entry.end-entry.body < 28 {
			return nil
		}
		b, err := c.content(entry, int(min(entry.end-entry.body, 64)))
		if err != nil {
			return err
		}
		channels, bits := uint64(binary.BigEndian.Uint16(b[16:])), uint64(binary.BigEndian.Uint16(b[18:]))
		switch version := binary.BigEndian.Uint16(b[8:]); {
		case version == 1 && len(b) >= 44:
			perPacket, packet := uint64(binary.BigEndian.Uint32(b[28:])), uint64(binary.BigEndian.Uint32(b[36:]))
			if perPacket > 0 {
				size = max(size, (packet+perPacket-1)/perPacket)
			}
		case version == 2 && len(b) >= 64:
			size = max(size, uint64(binary.BigEndian.Uint32(b[56:])))
		case version == 0 && listed == 1:
			size = max(size, channels*((bits+7)/8))
		}
		return nil
	})
	return size, err
}
