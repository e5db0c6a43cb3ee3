package raster

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
	"golang.org/x/image/webp"
)

// Flags of the VP8X chunk.
const (
	webpEXIF = 0x08
	webpXMP  = 0x04
)

// WebP cleans a WebP file. It keeps the chunks of the image, the colour profile and of EXIF the orientation, and
// corrects the sizes and flags in the header.
func WebP(f edit.File, size int64) error {
	if err := checkHeader(f, size, webp.DecodeConfig); err != nil {
		return err
	}
	r := edit.NewRewriter(f, size)
	b, err := r.Peek(16)
	if err != nil {
		return err
	}
	if string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return edit.Unclean("it does not begin as a WebP")
	}
	end := int64(binary.LittleEndian.Uint32(b[4:])) + 8
	if end > size {
		return edit.Unclean("it is cut off")
	}
	first := string(b[12:])
	extended := first == "VP8X"
	if end < 20 || !extended && first != "VP8 " && first != "VP8L" {
		return edit.Unclean("it does not begin with a picture")
	}
	r.Limit(end)
	if err := r.Keep(12); err != nil {
		return err
	}
	oriented := false
	for r.Remaining() >= 8 {
		b, err := r.Peek(8)
		if err != nil {
			return err
		}
		length := int64(binary.LittleEndian.Uint32(b[4:]))
		whole := 8 + length + length&1
		if whole == r.Remaining()+1 {
			whole-- // some writers omit the padding of the last chunk
		}
		switch string(b[:4]) {
		case "VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ICCP":
			err = r.Keep(whole)
		case "ANMF":
			err = webpFrame(r, length, whole)
		case "EXIF":
			o := readOrientation(r.File, r.Pos()+8, min(length, r.Remaining()-8))
			err = r.Drop(whole)
			if err == nil && o != 1 && extended && !oriented {
				oriented = true
				err = r.Insert(append([]byte{'E', 'X', 'I', 'F', orientationEXIFSize, 0, 0, 0}, orientationEXIF(o)...))
			}
		default:
			err = r.Drop(whole)
		}
		if err != nil {
			return err
		}
	}
	if err := r.Finish(); err != nil {
		return err
	}
	return fixWebPHeader(r, extended, oriented)
}

// fixWebPHeader corrects the size and the flags of a file after Finish.
func fixWebPHeader(r *edit.Rewriter, extended, oriented bool) error {
	if err := r.Overwrite(4, binary.LittleEndian.AppendUint32(nil, uint32(r.Size-8))); err != nil || !extended {
		return err
	}
	if r.Size < 30 {
		return edit.Unclean("it is cut off")
	}
	b, err := r.Bytes(20, 1)
	if err != nil {
		return err
	}
	flags := b[0] &^ (webpEXIF | webpXMP)
	if oriented {
		flags |= webpEXIF
	}
	return r.Overwrite(20, []byte{flags})
}

// webpFrame keeps a frame of an animation. The format allows chunks other than image data in it, but no program is
// known to write any, so they are refused.
func webpFrame(r *edit.Rewriter, length, whole int64) error {
	if whole > r.Remaining() {
		return edit.Unclean("a frame is cut off")
	}
	end := r.Pos() + 8 + length
	for at := r.Pos() + 24; at < end; {
		b, err := r.Bytes(at, 8)
		if err != nil {
			return err
		}
		switch string(b[:4]) {
		case "VP8 ", "VP8L", "ALPH":
		default:
			return edit.Unclean("a frame has a chunk of the unknown kind %q", b[:4])
		}
		inner := int64(binary.LittleEndian.Uint32(b[4:]))
		at += 8 + inner + inner&1
		if at > end+1 {
			return edit.Unclean("a frame is cut off")
		}
	}
	return r.Keep(whole)
}
