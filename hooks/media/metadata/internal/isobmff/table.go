package isobmff

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// tableReader reads a table, through a window of its own, as several are read side by side.
type tableReader struct {
	edit.View
	at, end int64
}

// table reads from a place in a box's content on.
func (c *cleaner) table(b box, from int64) *tableReader {
	return &tableReader{View: edit.NewView(c.File, c.Size, edit.PageSize), at: b.body + from, end: b.end}
}

// next is the next number, of 0, 1, 2, 4 or 8 bytes.
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

// sampleSizes are the sizes of a track's samples, one after the other.
type sampleSizes struct {
	*tableReader
	// uniform is the size of all, if they have one; else each stands in the table.
	uniform uint64
	width   int
	left    uint32
}

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
	s := &sampleSizes{tableReader: c.table(b, 12), width: 4, left: binary.BigEndian.Uint32(head[8:])}
	if b == compact {
		s.width = int(head[7]) / 8
		if s.width != 1 && s.width != 2 {
			return nil, edit.Unclean("sizes of samples are not understood")
		}
		return s, nil
	}
	s.uniform = uint64(binary.BigEndian.Uint32(head[4:]))
	return s, nil
}

// sum is how long the next n samples are together, or those that are left.
func (s *sampleSizes) sum(n uint64) (uint64, error) {
	n = min(n, uint64(s.left))
	s.left -= uint32(n)
	if s.uniform != 0 {
		return n * s.uniform, nil
	}
	var sum uint64
	for range n {
		size, err := s.next(s.width)
		if err != nil {
			return 0, err
		}
		sum += size
	}
	return sum, nil
}
