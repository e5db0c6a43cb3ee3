package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/jpeg"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// Markers of JPEG (ITU T.81, table B.1).
const (
	markerTEM   = 0x01
	markerSOF0  = 0xc0
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerEXP   = 0xdf
	markerAPP0  = 0xe0
	markerAPP15 = 0xef
	markerCOM   = 0xfe
)

// JPEG keeps what decodes the picture, JFIF's density, the colour profile, Adobe's colour transform and the
// orientation. What follows the end goes: previews, a motion photo's video, trailers. A picture may be cut off once its
// data has begun: decoders show what has come.
func JPEG(f edit.File, size int64) error {
	if err := checkHeader(f, size, jpeg.DecodeConfig); err != nil {
		return err
	}
	r := edit.NewRewriter(f, size)
	b, err := r.Peek(2)
	if err != nil {
		return err
	}
	if b[0] != 0xff || b[1] != markerSOI {
		return edit.Unclean("it does not begin as a JPEG")
	}
	if err := r.Keep(2); err != nil {
		return err
	}
	seen := map[byte]bool{}
	for {
		mark, err := jpegPart(r, seen)
		switch {
		case err != nil && seen[markerSOS] && errors.Is(err, edit.ErrTruncated):
			return r.Finish()
		case err != nil:
			return err
		case mark == markerEOI:
			return r.Finish()
		}
	}
}

// jpegPart deals with what follows up to the next marker, and with that marker.
func jpegPart(r *edit.Rewriter, seen map[byte]bool) (mark byte, err error) {
	if mark, err = nextMarker(r); err != nil {
		return 0, err
	}
	switch {
	case mark == markerEOI:
		return mark, r.Keep(2)
	case mark == markerTEM || mark >= markerRST0 && mark <= markerRST7:
		return mark, r.Drop(2)
	}
	return mark, jpegSegment(r, mark, seen)
}

// nextMarker goes to the next marker and drops what stands before it, which decoders skip.
func nextMarker(r *edit.Rewriter) (byte, error) {
	for {
		b, err := r.Peek(int(min(edit.PageSize, max(r.Remaining(), 2))))
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
			return b[i+1], r.Drop(skip)
		}
		if err := r.Drop(skip); err != nil {
			return 0, err
		}
	}
}

// jpegSegment keeps, mends or drops a segment; seen are the marks of those of which one is enough, and of scans.
func jpegSegment(r *edit.Rewriter, mark byte, seen map[byte]bool) error {
	b, err := r.Peek(4)
	if err != nil {
		return err
	}
	size := int64(binary.BigEndian.Uint16(b[2:])) + 2
	switch {
	case size < 4:
		return edit.Unclean("a segment is shorter than its head")
	case size > r.Remaining():
		return edit.ErrTruncated
	}
	switch {
	case mark == markerSOS:
		if err := r.Keep(size); err != nil {
			return err
		}
		seen[mark] = true
		return keepScan(r)
	case isFrameHeader(mark):
		return jpegFrame(r, size)
	case mark >= 0xc0 && mark <= markerEXP && mark != markerJPG && mark != markerSOI:
		return r.Keep(size)
	case mark >= markerAPP0 && mark <= markerAPP15:
		return jpegApplication(r, mark, size, seen)
	case mark == markerCOM:
		return r.Drop(size)
	}
	return edit.Unclean("it has a segment of the unknown kind %#x", mark)
}

// isFrameHeader tells whether a segment begins a frame, of any of the ways to code it.
func isFrameHeader(mark byte) bool {
	return mark >= markerSOF0 && mark <= markerSOF15 && mark != markerDHT && mark != markerJPG && mark != markerDAC
}

// jpegFrame keeps the head of a frame, which says how large the picture is: here also of those that checkPixels can't read.
func jpegFrame(r *edit.Rewriter, size int64) error {
	b, err := r.Peek(int(min(size, 9)))
	if err != nil {
		return err
	}
	if len(b) < 9 {
		return edit.Unclean("a frame's head is too short")
	}
	if err := checkPixels(int64(binary.BigEndian.Uint16(b[7:])), int64(binary.BigEndian.Uint16(b[5:]))); err != nil {
		return err
	}
	return r.Keep(size)
}

// jpegApplication deals with an application's segment.
func jpegApplication(r *edit.Rewriter, mark byte, size int64, seen map[byte]bool) error {
	b, err := r.Peek(int(min(size, 18)))
	if err != nil {
		return err
	}
	payload, again := b[4:], seen[mark]
	var mended []byte
	switch {
	case mark == markerAPP0 && !again && len(payload) >= 14 && bytes.HasPrefix(payload, []byte("JFIF\x00")):
		mended = append([]byte{0xff, mark, 0, 16}, payload[:12]...)
		mended = append(mended, 0, 0) // no thumbnail
	case mark == markerAPP0+1 && !again && bytes.HasPrefix(payload, []byte("Exif\x00")):
		seen[mark] = true
		if o := readOrientation(r.File, r.Pos()+10, size-10); o != 1 {
			mended = append([]byte{0xff, mark, 0, 8 + orientationEXIFSize}, "Exif\x00\x00"...)
			mended = append(mended, orientationEXIF(o)...)
		}
	case mark == markerAPP0+2 && bytes.HasPrefix(payload, []byte("ICC_PROFILE\x00")):
		return r.Keep(size)
	case mark == markerAPP0+14 && !again && len(payload) >= 12 && bytes.HasPrefix(payload, []byte("Adobe")):
		mended = append([]byte{0xff, mark, 0, 14}, payload[:12]...)
	}
	if err := r.Drop(size); err != nil || mended == nil {
		return err
	}
	seen[mark] = true
	return r.Insert(mended)
}

// keepScan keeps the coded data up to the next marker that is no restart, or up to the file's end.
func keepScan(r *edit.Rewriter) error {
	for r.Remaining() > 1 {
		b, err := r.Peek(int(min(edit.PageSize, r.Remaining())))
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
			if next != 0 && next != 0xff && (next < markerRST0 || next > markerRST7) {
				return r.Keep(int64(n))
			}
			n++
		}
		if err := r.Keep(int64(n)); err != nil {
			return err
		}
	}
	return r.Keep(r.Remaining())
}
