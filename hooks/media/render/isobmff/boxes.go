// Package isobmff reads what files of the ISO base media family (HEIF, AVIF, MP4, QuickTime) say about the images in
// them, before a codec sees any: sizes, orientation, colour profile, tiles.
package isobmff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// errBoxes means that a box is longer than the file or the box around it, or shorter than its header.
var errBoxes = errors.New("its boxes are not nested correctly")

// box is a box (ISO/IEC 14496-12, 4.2): its type and the range of its content in the file.
type box struct {
	kind       string
	start, end int64
}

// eachBox calls visit for the consecutive boxes between start and end. An error of visit ends the walk and is returned.
func eachBox(in io.ReaderAt, start, end int64, visit func(box) error) error {
	for start+8 <= end {
		var header [16]byte
		if _, err := in.ReadAt(header[:8], start); err != nil {
			return errBoxes
		}
		size, head := int64(binary.BigEndian.Uint32(header[:])), int64(8)
		switch size {
		case 0:
			size = end - start // to the end of the file or the box around it
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

// content reads a box's content of at most limit bytes.
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

// makeBox returns a box of a type, with its parts as the content.
func makeBox(kind string, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(content))), kind...), content...)
}

// fieldReader reads the fields of a box's content one after the other. Past the end it sets short and returns zeros.
type fieldReader struct {
	rest  []byte
	short bool
}

// next returns the next n bytes.
func (r *fieldReader) next(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.short, r.rest = true, nil
		return make([]byte, max(n, 0))
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// uint returns the next number, of n bytes, at most 8.
func (r *fieldReader) uint(n int) uint64 {
	var number uint64
	for _, b := range r.next(n) {
		number = number<<8 | uint64(b)
	}
	return number
}

func (r *fieldReader) u8() int     { return int(r.next(1)[0]) }
func (r *fieldReader) u16() int    { return int(binary.BigEndian.Uint16(r.next(2))) }
func (r *fieldReader) u32() uint32 { return binary.BigEndian.Uint32(r.next(4)) }
