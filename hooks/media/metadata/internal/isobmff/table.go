package isobmff

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// tableReader reads the numbers of a table one after the other, with a window of its own, as several tables are read in
// step.
type tableReader struct {
	edit.View
	at, end int64
}

// table returns a reader that begins at an offset in a box's content.
func (c *cleaner) table(b box, from int64) *tableReader {
	return &tableReader{View: edit.NewView(c.File, c.Size, edit.PageSize), at: b.body + from, end: b.end}
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
	width   int
	left    uint32
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
	s := &sampleSizes{tableReader: c.table(b, 12), width: 4, left: binary.BigEndian.Uint32(head[8:])}
	if b == compact {
		s.width = int(head[7]) / 8
		if s.width != 1 && s.width != 2 {
			return nil, edit.Unclean("the width of its sample sizes is not supported")
		}
		return s, nil
	}
	s.uniform = uint64(binary.BigEndian.Uint32(head[4:]))
	return s, nil
}

// sum returns the total size of the next n samples, or of all that are left.
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
