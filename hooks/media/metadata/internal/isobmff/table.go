package isobmff

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// tableReader reads the numbers of a table one after the other.
type tableReader struct {
	*edit.View
	at, end int64
}

// table returns a reader that begins at an offset in a box's content. It has a window of its own, for tables that are
// read in step with others.
func (c *cleaner) table(b box, from int64) *tableReader {
	return &tableReader{View: c.Beside(), at: b.body + from, end: b.end}
}

// fields returns such a reader with the cleaner's own window, for a table that is read at one go.
func (c *cleaner) fields(b box, from int64) tableReader {
	return tableReader{View: &c.View, at: b.body + from, end: b.end}
}

// next returns the next number, of 0, 1, 2, 4 or 8 bytes; one of 0 bytes is 0.
func (n *tableReader) next(width int) (uint64, error) {
	if int64(width) > n.end-n.at {
		return 0, edit.Unclean("a table is cut off")
	}
	b, err := n.Bytes(n.at, width)
	if err != nil {
		return 0, err
	}
	n.at += int64(width)
	switch width {
	case 0:
		return 0, nil
	case 1:
		return uint64(b[0]), nil
	case 2:
		return uint64(binary.BigEndian.Uint16(b)), nil
	case 4:
		return uint64(binary.BigEndian.Uint32(b)), nil
	case 8:
		return binary.BigEndian.Uint64(b), nil
	}
	return 0, edit.Unclean("a table has numbers of %d bytes", width)
}

// sampleSizes reads the sizes of a track's samples, one after the other.
type sampleSizes struct {
	*tableReader
	// uniform is the size of every sample; 0 when the table lists the sizes.
	uniform uint64
	// bits is the width of a listed size, before and after the number of bytes of other fields around it.
	bits          int
	before, after int64
	// read is the number of samples whose size was read, left of those whose wasn't.
	read, left uint32
}

// sampleSizes reads the header of stsz (plain) or stz2 (compact); without either there are no samples.
func (c *cleaner) sampleSizes(plain, compact box) (*sampleSizes, error) {
	b := plain
	if b.kind == "" {
		b = compact
	}
	if b.kind == "" {
		return &sampleSizes{}, nil
	}
	head, err := c.content(b, 12)
	if err != nil {
		return nil, err
	}
	s := &sampleSizes{tableReader: c.table(b, 12), bits: 32, left: binary.BigEndian.Uint32(head[8:])}
	if b == compact {
		s.bits = int(head[7])
		if s.bits != 4 && s.bits != 8 && s.bits != 16 {
			return nil, edit.Unclean("the width of its sample sizes is not supported")
		}
		return s, nil
	}
	s.uniform = uint64(binary.BigEndian.Uint32(head[4:]))
	return s, nil
}

// size returns the size of the next sample, of which there must be one.
func (s *sampleSizes) size() (uint64, error) {
	s.left--
	s.read++
	switch {
	case s.uniform != 0:
		return s.uniform, nil
	case s.bits > 4:
		s.at += s.before
		size, err := s.next(s.bits / 8)
		s.at += s.after
		return size, err
	case s.read&1 == 0: // the second of two in one byte
		s.at--
		both, err := s.next(1)
		return both & 15, err
	}
	both, err := s.next(1)
	return both >> 4, err
}

// sum returns the total size of the next n samples, or of all that are left.
func (s *sampleSizes) sum(n uint64) (uint64, error) {
	n = min(n, uint64(s.left))
	if s.uniform != 0 {
		s.left -= uint32(n)
		return n * s.uniform, nil
	}
	var sum uint64
	for range n {
		size, err := s.size()
		if err != nil {
			return 0, err
		}
		sum += size
	}
	return sum, nil
}
