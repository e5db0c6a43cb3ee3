package matroska

import (
	"math/bits"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// IDs of elements of EBML itself (RFC 8794).
const (
	idEBML = 0x1a45dfa3
	idVoid = 0xec
	idCRC  = 0xbf
)

// maxElements is more than the blocks of a live recording of three hours.
const maxElements = 1 << 22

// reader reads and overwrites elements.
type reader struct {
	edit.View
	elements int
	voids    edit.Counter
}

// element is an element with the offsets of its header, its content and its end. One that is open is of unknown
// length: it lasts as long as elements follow that may be in it.
type element struct {
	id            uint32
	at, body, end int64
	open          bool
}

// element reads the header of the element at an offset, which must end before end.
func (m *reader) element(at, end int64) (element, error) {
	if m.elements++; m.elements > maxElements {
		return element{}, edit.Unclean("it has too many elements")
	}
	e := element{at: at}
	if at >= end {
		return e, edit.Unclean("an element is cut off")
	}
	b, err := m.Bytes(at, int(min(12, m.Size-at)))
	if err != nil {
		return e, err
	}
	idWidth := bits.LeadingZeros8(b[0]) + 1
	if idWidth > 4 || idWidth >= len(b) {
		return e, edit.Unclean("an element has no valid number")
	}
	for _, one := range b[:idWidth] {
		e.id = e.id<<8 | uint32(one)
	}
	width := bits.LeadingZeros8(b[idWidth]) + 1
	if width > 8 || idWidth+width > len(b) {
		return e, edit.Unclean("an element has no valid length")
	}
	size, full := int64(b[idWidth])&(1<<(8-width)-1), b[idWidth] == byte(1<<(9-width)-1)
	for _, one := range b[idWidth+1:][:width-1] {
		size = size<<8 | int64(one)
		full = full && one == 0xff
	}
	e.body = at + int64(idWidth+width)
	switch {
	case full:
		e.end, e.open = end, true
	case end == m.Size && size > end-e.body:
		return e, edit.ErrTruncated
	case e.body > end || size > end-e.body:
		return e, edit.Unclean("an element is longer than what it is in")
	default:
		e.end = e.body + size
	}
	return e, nil
}

// each calls do for all children of an element. Neither may be of unknown length.
func (m *reader) each(in element, do func(element) error) error {
	if in.open {
		return edit.Unclean("an element has no length where it needs one")
	}
	for at := in.body; at < in.end; {
		e, err := m.element(at, in.end)
		if err != nil {
			return err
		}
		if e.open {
			return edit.Unclean("an element has no length where it needs one")
		}
		if err := do(e); err != nil {
			return err
		}
		at = e.end
	}
	return nil
}

// void turns an element that is not needed into a Void element of the same length, filled with zeros.
func (m *reader) void(e element) error {
	if err := m.voids.Add("elements that are not needed"); err != nil {
		return err
	}
	return m.erase(e)
}

// erase does so with a block, of which a file may have many.
func (m *reader) erase(e element) error {
	length := e.end - e.at
	width := min(e.body-e.at-1, 8)
	size := length - 1 - width
	var room [9]byte
	head := room[:1+width]
	head[0] = idVoid
	for i := width; i > 0; i-- {
		head[i] = byte(size)
		size >>= 8
	}
	head[1] |= 1 << (8 - width)
	if err := m.Overwrite(e.at, head); err != nil {
		return err
	}
	return m.Zero(e.at+1+width, length-1-width)
}

// uint reads an element's content as an unsigned integer.
func (m *reader) uint(e element) (uint64, error) {
	if e.end-e.body > 8 {
		return 0, edit.Unclean("a number is too long")
	}
	b, err := m.Bytes(e.body, int(e.end-e.body))
	if err != nil {
		return 0, err
	}
	var n uint64
	for _, one := range b {
		n = n<<8 | uint64(one)
	}
	return n, nil
}

// vint reads a variable-size integer at an offset.
func (m *reader) vint(at, end int64) (uint64, error) {
	if at >= end {
		return 0, edit.Unclean("an element is cut off")
	}
	b, err := m.Bytes(at, int(min(8, end-at)))
	if err != nil {
		return 0, err
	}
	width := bits.LeadingZeros8(b[0]) + 1
	if width > len(b) {
		return 0, edit.Unclean("a number is cut off")
	}
	value := uint64(b[0]) & (1<<(8-width) - 1)
	for _, one := range b[1:width] {
		value = value<<8 | uint64(one)
	}
	return value, nil
}
