package metadata

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Markers of JPEG (ITU T.81, table B.1).
const (
	markTEM   = 0x01
	markSOF0  = 0xc0
	markDHT   = 0xc4
	markJPG   = 0xc8
	markDAC   = 0xcc
	markSOF15 = 0xcf
	markRST0  = 0xd0
	markRST7  = 0xd7
	markSOI   = 0xd8
	markEOI   = 0xd9
	markSOS   = 0xda
	markEXP   = 0xdf
	markAPP0  = 0xe0
	markAPPF  = 0xef
	markCOM   = 0xfe
)

// cleanJPEG keeps what decodes the picture, JFIF's density, the colour profile, Adobe's colour transform and the
// orientation. What follows the end goes: previews, a motion photo's video, trailers. A picture may be cut off once its
// data has begun: decoders show what has come.
func cleanJPEG(f File, size int64) error {
	r := newRewriter(f, size)
	b, err := r.peek(2)
	if err != nil {
		return err
	}
	if b[0] != 0xff || b[1] != markSOI {
		return unclean("it does not begin as a JPEG")
	}
	if err := r.keep(2); err != nil {
		return err
	}
	seen := map[byte]bool{}
	for {
		mark, err := jpegPart(r, seen)
		switch {
		case err != nil && seen[markSOS] && errors.Is(err, errCutOff):
			return r.finish()
		case err != nil:
			return err
		case mark == markEOI:
			return r.finish()
		}
	}
}

// jpegPart deals with what follows up to the next marker, and with that marker.
func jpegPart(r *rewriter, seen map[byte]bool) (mark byte, err error) {
	if mark, err = nextMark(r); err != nil {
		return 0, err
	}
	switch {
	case mark == markEOI:
		return mark, r.keep(2)
	case mark == markTEM || mark >= markRST0 && mark <= markRST7:
		return mark, r.drop(2)
	}
	return mark, jpegSegment(r, mark, seen)
}

// nextMark goes to the next marker and drops what stands before it, which decoders skip.
func nextMark(r *rewriter) (byte, error) {
	for {
		b, err := r.peek(int(min(page, max(r.rest(), 2))))
		if err != nil {
			return 0, err
		}
		i := bytes.IndexByte(b[:len(b)-1], 0xff)
		skip := int64(i)
		switch {
		case i < 0:
			skip = int64(len(b) - 1)
		case b[i+1] == 0:
			skip += 2
		case b[i+1] == 0xff:
			skip++
		default:
			return b[i+1], r.drop(skip)
		}
		if err := r.drop(skip); err != nil {
			return 0, err
		}
	}
}

// jpegSegment keeps, mends or drops a segment; seen are the marks of those of which one is enough, and of scans.
func jpegSegment(r *rewriter, mark byte, seen map[byte]bool) error {
	b, err := r.peek(4)
	if err != nil {
		return err
	}
	size := int64(binary.BigEndian.Uint16(b[2:])) + 2
	switch {
	case size < 4:
		return unclean("a segment is shorter than its head")
	case size > r.rest():
		return errCutOff
	}
	switch {
	case mark == markSOS:
		if err := r.keep(size); err != nil {
			return err
		}
		seen[mark] = true
		return keepScan(r)
	case isFrame(mark):
		return jpegFrame(r, size)
	case mark >= 0xc0 && mark <= markEXP && mark != markJPG && mark != markSOI:
		return r.keep(size)
	case mark >= markAPP0 && mark <= markAPPF:
		return jpegApp(r, mark, size, seen)
	case mark == markCOM:
		return r.drop(size)
	}
	return unclean("it has a segment of the unknown kind %#x", mark)
}

// isFrame tells whether a segment begins a frame, of any of the ways to code it.
func isFrame(mark byte) bool {
	return mark >= markSOF0 && mark <= markSOF15 && mark != markDHT && mark != markJPG && mark != markDAC
}

// jpegFrame keeps the head of a frame, which says how large the picture is: here also of those that checkPixels can't read.
func jpegFrame(r *rewriter, size int64) error {
	b, err := r.peek(int(min(size, 9)))
	if err != nil {
		return err
	}
	if len(b) < 9 {
		return unclean("a frame's head is too short")
	}
	if err := pixels(int64(binary.BigEndian.Uint16(b[7:])), int64(binary.BigEndian.Uint16(b[5:]))); err != nil {
		return err
	}
	return r.keep(size)
}

// jpegApp deals with an application's segment.
func jpegApp(r *rewriter, mark byte, size int64, seen map[byte]bool) error {
	b, err := r.peek(int(min(size, 18)))
	if err != nil {
		return err
	}
	payload, again := b[4:], seen[mark]
	var mended []byte
	switch {
	case mark == markAPP0 && !again && len(payload) >= 14 && bytes.HasPrefix(payload, []byte("JFIF\x00")):
		mended = append([]byte{0xff, mark, 0, 16}, payload[:12]...)
		mended = append(mended, 0, 0) // no thumbnail
	case mark == markAPP0+1 && !again && bytes.HasPrefix(payload, []byte("Exif\x00")):
		seen[mark] = true
		if o := orientation(r.file, r.from+10, size-10); o != 1 {
			mended = append([]byte{0xff, mark, 0, 8 + smallExif}, "Exif\x00\x00"...)
			mended = append(mended, exifOf(o)...)
		}
	case mark == markAPP0+2 && bytes.HasPrefix(payload, []byte("ICC_PROFILE\x00")):
		return r.keep(size)
	case mark == markAPP0+14 && !again && len(payload) >= 12 && bytes.HasPrefix(payload, []byte("Adobe")):
		mended = append([]byte{0xff, mark, 0, 14}, payload[:12]...)
	}
	if err := r.drop(size); err != nil || mended == nil {
		return err
	}
	seen[mark] = true
	return r.put(mended)
}

// keepScan keeps the coded data up to the next marker that is no restart, or up to the file's end.
func keepScan(r *rewriter) error {
	for r.rest() > 1 {
		b, err := r.peek(int(min(page, r.rest())))
		if err != nil {
			return err
		}
		n := 0
		for {
			i := bytes.IndexByte(b[n:len(b)-1], 0xff)
			if i < 0 {
				n = len(b) - 1
				break
			}
			n += i
			next := b[n+1]
			if next != 0 && next != 0xff && (next < markRST0 || next > markRST7) {
				return r.keep(int64(n))
			}
			n++
		}
		if err := r.keep(int64(n)); err != nil {
			return err
		}
	}
	return r.keep(r.rest())
}
