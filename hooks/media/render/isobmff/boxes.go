// Package isobmff reads what files of the ISO base media family (HEIF, AVIF, MP4, QuickTime) say about the images in
// them, before a codec sees any: sizes, orientation, colour profile, tiles.
package isobmff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// ISO base media file format (ISO/IEC 14496-12): MP4, QuickTime, HEIF and AVIF are all boxes within boxes.

var errBoxes = errors.New("its boxes don't fit into each other")

// box is one box: its type and where its content lies in the file.
type box struct {
	kind       string
	start, end int64
}

// eachBox calls visit for the boxes that lie side by side between start and end. visit may end the walk by an error.
func eachBox(in io.ReaderAt, start, end int64, visit func(box) error) error {
	for start+8 <= end {
		var header [16]byte
		if _, err := in.ReadAt(header[:8], start); err != nil {
			return errBoxes
		}
		size, head := int64(binary.BigEndian.Uint32(header[:])), int64(8)
		switch size {
		case 0:
			size = end - start // to the end of what it lies in
		case 1:
			if _, err := in.ReadAt(header[8:], start+8); err != nil {
				return errBoxes
			}
			size, head = int64(binary.BigEndian.Uint64(header[8:])), 16
		}
		if size < head || size > end-start {
			return errBoxes
		}
		if err := visit(box{string(header[4:8]), start + head, start + size}); err != nil {
			return err
		}
		start += size
	}
	return nil
}

// content reads a box of at most limit bytes.
func (b box) content(in io.ReaderAt, limit int64) ([]byte, error) {
	if b.end-b.start > limit {
		return nil, errBoxes
	}
	content := make([]byte, b.end-b.start)
	if _, err := in.ReadAt(content, b.start); err != nil {
		return nil, errBoxes
	}
	return content, nil
}

// makeBox is a box of that type.
func makeBox(kind string, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(content))), kind...), content...)
}

// fields takes numbers off the front of a box's content; past the end it sets short and yields zeros.
type fields struct {
	rest  []byte
	short bool
}

func (p *fields) next(n int) []byte {
	if n < 0 || n > len(p.rest) {
		p.short, p.rest = true, nil
		return make([]byte, max(n, 0))
	}
	taken := p.rest[:n]
	p.rest = p.rest[n:]
	return taken
}

// uint is a number of that many bytes, 8 at most.
func (p *fields) uint(n int) uint64 {
	var number uint64
	for _, b := range p.next(n) {
		number = number<<8 | uint64(b)
	}
	return number
}

func (p *fields) u8() int     { return int(p.next(1)[0]) }
func (p *fields) u16() int    { return int(binary.BigEndian.Uint16(p.next(2))) }
func (p *fields) u32() uint32 { return binary.BigEndian.Uint32(p.next(4)) }
