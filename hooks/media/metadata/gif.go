package metadata

import "encoding/binary"

// Introducers and labels of GIF89a's blocks.
const (
	gifImage       = 0x2c
	gifExtension   = 0x21
	gifTrailer     = 0x3b
	gifControl     = 0xf9
	gifApplication = 0xff
)

// errNoImage is ErrUnclean of a GIF that shows nothing.
var errNoImage = unclean("it has no image")

// cleanGIF keeps the frames, their timing, the number of loops and the colour profile. Comments, plain texts and
// other applications' blocks (XMP is one) go, and all after the trailer.
func cleanGIF(f File, size int64) error {
	r := newRewriter(f, size)
	b, err := r.peek(13)
	if err != nil {
		return err
	}
	if head := string(b[:6]); head != "GIF87a" && head != "GIF89a" {
		return unclean("it does not begin as a GIF")
	}
	if err := r.keep(13 + gifColours(b[10])); err != nil {
		return err
	}
	images := 0
	for r.rest() > 0 { // some end without a trailer
		b, err := r.peek(1)
		if err != nil {
			return err
		}
		switch b[0] {
		case gifImage:
			images++
			err = gifFrame(r)
		case gifExtension:
			err = gifExtra(r)
		default: // the trailer, or what no decoder reads beyond
			if images == 0 {
				return errNoImage
			}
			if err := r.drop(1); err != nil {
				return err
			}
			if err := r.put([]byte{gifTrailer}); err != nil {
				return err
			}
			return r.finish()
		}
		if err != nil {
			return err
		}
	}
	if images == 0 {
		return errNoImage
	}
	return r.finish()
}

// gifColours is the length of the colour table that flags announce.
func gifColours(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func gifFrame(r *rewriter) error {
	b, err := r.peek(10)
	if err != nil {
		return err
	}
	if err := pixels(int64(binary.LittleEndian.Uint16(b[5:])), int64(binary.LittleEndian.Uint16(b[7:]))); err != nil {
		return err
	}
	if err := r.keep(10 + gifColours(b[9]) + 1); err != nil {
		return err
	}
	return gifBlocks(r, r.keep)
}

// gifBlocks keeps or drops blocks up to the empty one.
func gifBlocks(r *rewriter, do func(int64) error) error {
	for {
		b, err := r.peek(1)
		if err != nil {
			return err
		}
		length := int64(b[0])
		if err := do(1 + length); err != nil || length == 0 {
			return err
		}
	}
}

func gifExtra(r *rewriter) error {
	b, err := r.peek(int(min(r.rest(), 18)))
	if err != nil {
		return err
	}
	if len(b) < 3 {
		return unclean("it is cut off")
	}
	var mended []byte
	switch {
	case b[1] == gifControl && len(b) >= 8 && b[2] == 4 && b[7] == 0:
		return r.keep(8)
	case b[1] != gifApplication || len(b) < 18 || b[2] != 11:
	case string(b[3:14]) == "ICCRGBG1012":
		if err := r.keep(14); err != nil {
			return err
		}
		return gifBlocks(r, r.keep)
	case (string(b[3:14]) == "NETSCAPE2.0" || string(b[3:14]) == "ANIMEXTS1.0") && b[14] == 3 && b[15] == 1:
		mended = append(append(mended, b[:18]...), 0)
	}
	if err := r.drop(2); err != nil {
		return err
	}
	if err := gifBlocks(r, r.drop); err != nil || mended == nil {
		return err
	}
	return r.put(mended)
}
