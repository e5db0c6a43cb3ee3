package raster

import (
	"encoding/binary"
	"errors"
	"image/gif"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// Block introducers and extension labels of GIF89a.
const (
	gifImage       = 0x2c
	gifExtension   = 0x21
	gifTrailer     = 0x3b
	gifControl     = 0xf9
	gifApplication = 0xff
)

// errNoImage is the error for a file that shows nothing.
var errNoImage = edit.Unclean("it has no image")

// GIF cleans a GIF file. It keeps the frames, their timing, the loop count and the colour profile. Comments, plain
// texts and the blocks of other applications (XMP is one) are removed, and so is everything after the trailer. It may be
// truncated once the data of its first image has begun, as decoders show the part that is there.
func GIF(f edit.File, size int64) error {
	if err := checkHeader(f, size, gif.DecodeConfig); err != nil {
		return err
	}
	r := edit.NewRewriter(f, size)
	b, err := r.Peek(13)
	if err != nil {
		return err
	}
	if head := string(b[:6]); head != "GIF87a" && head != "GIF89a" {
		return edit.Unclean("it does not begin as a GIF")
	}
	if err := r.Keep(13 + colourTableSize(b[10])); err != nil {
		return err
	}
	images := 0
	for r.Remaining() > 0 { // some files end without a trailer
		b, err := r.Peek(1)
		if err != nil {
			return err
		}
		switch b[0] {
		case gifImage:
			var begun bool
			if begun, err = gifFrame(r); begun {
				images++
			}
		case gifExtension:
			err = gifExtensionBlock(r)
		default: // the trailer, or a byte that makes decoders stop
			if images == 0 {
				return errNoImage
			}
			if err := r.Drop(1); err != nil {
				return err
			}
			if err := r.Insert([]byte{gifTrailer}); err != nil {
				return err
			}
			return r.Finish()
		}
		if images > 0 && errors.Is(err, edit.ErrTruncated) {
			return r.Finish()
		}
		if err != nil {
			return err
		}
	}
	if images == 0 {
		return errNoImage
	}
	return r.Finish()
}

// colourTableSize returns the length in bytes of the colour table that a flags field announces.
func colourTableSize(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// gifFrame keeps an image with its colour table and checks its size. begun means that there is data of the image.
func gifFrame(r *edit.Rewriter) (begun bool, err error) {
	b, err := r.Peek(10)
	if err != nil {
		return false, err
	}
	if err := checkPixels(int64(binary.LittleEndian.Uint16(b[5:])), int64(binary.LittleEndian.Uint16(b[7:]))); err != nil {
		return false, err
	}
	head := 10 + colourTableSize(b[9]) + 1
	if r.Remaining() <= head {
		return false, edit.ErrTruncated
	}
	if err := r.Keep(head); err != nil {
		return false, err
	}
	return true, gifSubBlocks(r, func(n int64) error {
		if n <= r.Remaining() {
			return r.Keep(n)
		}
		if err := r.Keep(r.Remaining()); err != nil {
			return err
		}
		return edit.ErrTruncated
	})
}

// gifSubBlocks calls do, which keeps or drops, for each data sub-block up to the empty one that ends them.
func gifSubBlocks(r *edit.Rewriter, do func(int64) error) error {
	for {
		b, err := r.Peek(1)
		if err != nil {
			return err
		}
		length := int64(b[0])
		if err := do(1 + length); err != nil || length == 0 {
			return err
		}
	}
}

// gifExtensionBlock keeps timing, loop count and colour profile, and drops any other extension.
func gifExtensionBlock(r *edit.Rewriter) error {
	if err := r.Part(); err != nil {
		return err
	}
	b, err := r.Peek(int(min(r.Remaining(), 18)))
	if err != nil {
		return err
	}
	if len(b) < 3 {
		return edit.ErrTruncated
	}
	var replacement []byte
	switch {
	case b[1] == gifControl && len(b) >= 8 && b[2] == 4 && b[7] == 0:
		return r.Keep(8)
	case b[1] != gifApplication || len(b) < 18 || b[2] != 11:
	case string(b[3:14]) == "ICCRGBG1012":
		return gifProfile(r)
	case (string(b[3:14]) == "NETSCAPE2.0" || string(b[3:14]) == "ANIMEXTS1.0") && b[14] == 3 && b[15] == 1:
		replacement = append(append(replacement, b[:18]...), 0)
	}
	if err := r.Drop(2); err != nil {
		return err
	}
	if err := gifSubBlocks(r, r.Drop); err != nil || replacement == nil {
		return err
	}
	return r.Insert(replacement)
}
