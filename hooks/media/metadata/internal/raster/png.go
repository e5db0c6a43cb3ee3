package raster

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// pngKept are the chunks that make up an image, or that say how to show it: colours, transparency, aspect ratio,
// animation (PNG, third edition; the lower-case variants are those of its drafts).
var pngKept = edit.SetOf("IHDR PLTE IDAT tRNS cHRM gAMA sBIT sRGB cICP mDCV mDCv cLLI cLLi bKGD hIST pHYs acTL fcTL fdAT")

// PNG cleans a PNG or APNG file. It keeps the chunks named in pngKept, of EXIF only the orientation, and nothing after
// the end. An image may be truncated once its data has begun, as decoders show the part that is there.
func PNG(f edit.File, size int64) error {
	r := edit.NewRewriter(f, size)
	b, err := r.Peek(24)
	if err != nil {
		return err
	}
	if string(b[:8]) != "\x89PNG\r\n\x1a\n" || string(b[12:16]) != "IHDR" {
		return edit.Unclean("it does not begin as a PNG")
	}
	width, height := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	if width == 0 || height == 0 {
		return errNoImage
	}
	if err := checkPixels(int64(width), int64(height)); err != nil {
		return err
	}
	if err := r.Keep(8); err != nil {
		return err
	}
	begun, oriented, profiled := false, false, false
	for {
		b, err := r.Peek(8)
		if err != nil && begun && errors.Is(err, edit.ErrTruncated) {
			return r.Finish()
		}
		if err != nil {
			return err
		}
		kind := string(b[4:])
		if kind != "IDAT" && kind != "fdAT" {
			if err := r.Part(); err != nil {
				return err
			}
		}
		length := int64(binary.BigEndian.Uint32(b))
		begun = begun || kind == "IDAT"
		switch {
		case begun && 12+length > r.Remaining():
			return pngTruncated(r, kind)
		case kind == "IEND" && !begun:
			return errNoImage
		case kind == "IEND" && length == 0:
			if err := r.Keep(12); err != nil {
				return err
			}
			return r.Finish()
		case pngKept[kind]:
			err = r.Keep(12 + length)
		case kind == "iCCP" && !profiled:
			profiled = true
			err = pngProfile(r, length)
		case kind == "eXIf" && !oriented:
			oriented = true
			err = pngEXIF(r, length)
		case kind[0]&0x20 == 0: // upper case: a critical chunk, without which no decoder can show the image
			return edit.Unclean("it has a chunk of the unknown kind %q", kind)
		default:
			err = r.Drop(12 + length)
		}
		if err != nil {
			return err
		}
	}
}

// pngTruncated ends an image at an incomplete chunk, of which only image data is kept.
func pngTruncated(r *edit.Rewriter, kind string) error {
	if kind == "IDAT" {
		if err := r.Keep(r.Remaining()); err != nil {
			return err
		}
	}
	return r.Finish()
}

// pngEXIF replaces an eXIf chunk with one that holds the orientation alone, or drops it.
func pngEXIF(r *edit.Rewriter, length int64) error {
	o := readOrientation(r.File, r.Pos()+8, min(length, r.Remaining()-8))
	if err := r.Drop(12 + length); err != nil || o == 1 {
		return err
	}
	small := append([]byte{0, 0, 0, orientationEXIFSize, 'e', 'X', 'I', 'f'}, orientationEXIF(o)...)
	return r.Insert(binary.BigEndian.AppendUint32(small, crc32.ChecksumIEEE(small[4:])))
}
