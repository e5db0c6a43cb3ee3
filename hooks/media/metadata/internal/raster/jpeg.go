package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/jpeg"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// JPEG markers (ITU T.81, table B.1).
const (
	markerTEM   = 0x01
	markerSOF0  = 0xc0 // baseline
	markerSOF2  = 0xc2 // progressive
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDHP   = 0xde
	markerEXP   = 0xdf
	markerAPP0  = 0xe0
	markerAPP15 = 0xef
	markerCOM   = 0xfe
)

// jpegState is what is known of the segments before the present one.
type jpegState struct {
	// framed means that there was a frame header.
	framed bool
	// seen are the markers of scans and of those segments of which only the first is kept.
	seen [256]bool
	// profile is the cleaned colour profile, in pieces by the offsets of their segments; nil before the first of them.
	profile map[int64][]byte
}

// JPEG cleans a JPEG file. It keeps what is needed to decode the image, JFIF's pixel density, the colour profile,
// Adobe's colour transform and the orientation. Everything after the end of the image is removed: previews, the video
// of a motion photo, trailers. An image may be truncated once its data has begun, as decoders show the part that is
// there.
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
	state := &jpegState{}
	for {
		marker, err := jpegPart(r, state)
		switch {
		case err != nil && state.seen[markerSOS] && errors.Is(err, edit.ErrTruncated):
			return r.Finish()
		case err != nil:
			return err
		case marker == markerEOI && !state.seen[markerSOS]:
			return edit.Unclean("it has no picture")
		case marker == markerEOI:
			return r.Finish()
		}
	}
}

// jpegPart processes the file up to the next marker, and that marker with its segment.
func jpegPart(r *edit.Rewriter, state *jpegState) (marker byte, err error) {
	if marker, err = nextMarker(r); err != nil {
		return 0, err
	}
	switch {
	case marker == markerEOI:
		return marker, r.Keep(2)
	case marker == markerTEM || marker >= markerRST0 && marker <= markerRST7:
		return marker, r.Drop(2)
	}
	return marker, jpegSegment(r, marker, state)
}

// nextMarker advances to the next marker and drops the bytes before it, which decoders skip.
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

// jpegSegment keeps, rewrites or drops a segment.
func jpegSegment(r *edit.Rewriter, marker byte, state *jpegState) error {
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
	if err := r.Part(); err != nil {
		return err
	}
	switch {
	case marker == markerSOS && !state.framed:
		return edit.Unclean("it has no picture")
	case marker == markerSOS:
		if err := r.Keep(size); err != nil {
			return err
		}
		state.seen[marker] = true
		return keepScan(r)
	case isFrameHeader(marker):
		state.framed = true
		return jpegFrame(r, marker, size)
	case marker == markerDHP || marker == markerEXP:
		return edit.Unclean("it is coded in a way that phones don't decode (hierarchical)")
	case marker >= 0xc0 && marker <= markerEXP && marker != markerJPG && marker != markerSOI:
		return r.Keep(size)
	case marker >= markerAPP0 && marker <= markerAPP15:
		return jpegApplication(r, marker, size, state)
	case marker == markerCOM:
		return r.Drop(size)
	}
	return edit.Unclean("it has a segment of the unknown kind %#x", marker)
}

// isFrameHeader reports whether a marker begins a frame header, for any of the coding processes.
func isFrameHeader(marker byte) bool {
	return marker >= markerSOF0 && marker <= markerSOF15 && marker != markerDHT && marker != markerJPG && marker != markerDAC
}

// jpegFrame keeps a frame header and checks what it says: neither phones nor browsers decode other processes than
// the baseline, extended and progressive ones of eight bits (ITU T.81, table B.1), nor pictures without a height.
func jpegFrame(r *edit.Rewriter, marker byte, size int64) error {
	b, err := r.Peek(int(min(size, 10)))
	if err != nil {
		return err
	}
	if len(b) < 10 {
		return edit.Unclean("a frame's head is too short")
	}
	precision, height, width, components := b[4], binary.BigEndian.Uint16(b[5:]), binary.BigEndian.Uint16(b[7:]), b[9]
	switch {
	case marker > markerSOF2 || precision != 8 || components == 2 || components > 4:
		return edit.Unclean("it is coded in a way that phones don't decode (process %d, %d bits, %d components)", marker&15, precision, components)
	case width == 0 || height == 0:
		return edit.Unclean("it has no picture")
	}
	if err := checkPixels(int64(width), int64(height)); err != nil {
		return err
	}
	return r.Keep(size)
}

// jpegApplication keeps, rewrites or drops an application segment (APPn).
func jpegApplication(r *edit.Rewriter, marker byte, size int64, state *jpegState) error {
	b, err := r.Peek(int(min(size, 18)))
	if err != nil {
		return err
	}
	payload, again := b[4:], state.seen[marker]
	var replacement []byte
	switch {
	case marker == markerAPP0 && !again && len(payload) >= 14 && bytes.HasPrefix(payload, []byte("JFIF\x00")):
		replacement = append([]byte{0xff, marker, 0, 16}, payload[:12]...)
		replacement = append(replacement, 0, 0) // no thumbnail
	case marker == markerAPP0+1 && !again && bytes.HasPrefix(payload, []byte("Exif\x00")):
		state.seen[marker] = true
		if o := readOrientation(r.File, r.Pos()+10, size-10); o != 1 {
			replacement = append([]byte{0xff, marker, 0, 8 + orientationEXIFSize}, "Exif\x00\x00"...)
			replacement = append(replacement, orientationEXIF(o)...)
		}
	case marker == markerAPP0+2 && bytes.HasPrefix(payload, []byte(profileHead)):
		return jpegProfilePiece(r, size, state)
	case marker == markerAPP0+14 && !again && len(payload) >= 12 && bytes.HasPrefix(payload, []byte("Adobe")):
		replacement = append([]byte{0xff, marker, 0, 14}, payload[:12]...)
	}
	if err := r.Drop(size); err != nil || replacement == nil {
		return err
	}
	state.seen[marker] = true
	return r.Insert(replacement)
}

// keepScan keeps the entropy-coded data up to the next marker other than a restart, or up to the end of the file.
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
