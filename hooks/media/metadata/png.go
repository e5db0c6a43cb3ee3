package metadata

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
)

// pngKept are the chunks that a picture is made of, or that tell how to show it: colours, transparency, aspect,
// animation (PNG, third edition; lower-case forms are those of its drafts).
var pngKept = setOf("IHDR PLTE IDAT tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV mDCv cLLI cLLi bKGD hIST pHYs acTL fcTL fdAT")

// setOf are words between spaces.
func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// cleanPNG keeps the chunks named above, of EXIF the orientation, and nothing after the end. A picture may be cut off
// once its data has begun: decoders show what has come.
func cleanPNG(f File, size int64) error {
	r := newRewriter(f, size)
	b, err := r.peek(16)
	if err != nil {
		return err
	}
	if string(b[:8]) != "\x89PNG\r\n\x1a\n" || string(b[12:16]) != "IHDR" {
		return unclean("it does not begin as a PNG")
	}
	if err := r.keep(8); err != nil {
		return err
	}
	begun := false
	for {
		b, err := r.peek(8)
		if err != nil && begun && errors.Is(err, errCutOff) {
			return r.finish()
		}
		if err != nil {
			return err
		}
		kind := string(b[4:])
		length := int64(binary.BigEndian.Uint32(b))
		begun = begun || kind == "IDAT"
		switch {
		case begun && 12+length > r.rest():
			return pngCutOff(r, kind)
		case kind == "IEND" && length == 0:
			if err := r.keep(12); err != nil {
				return err
			}
			return r.finish()
		case pngKept[kind]:
			err = r.keep(12 + length)
		case kind == "eXIf":
			err = pngExif(r, length)
		case kind[0]&0x20 == 0: // upper case: a decoder must know it
			return unclean("it has a chunk of the unknown kind %q", kind)
		default:
			err = r.drop(12 + length)
		}
		if err != nil {
			return err
		}
	}
}

// pngCutOff ends a picture in a chunk that is not all there: the picture's data stays as far as it goes.
func pngCutOff(r *rewriter, kind string) error {
	if kind == "IDAT" {
		if err := r.keep(r.rest()); err != nil {
			return err
		}
	}
	return r.finish()
}

func pngExif(r *rewriter, length int64) error {
	o := orientation(r.file, r.from+8, min(length, r.rest()-8))
	if err := r.drop(12 + length); err != nil || o == 1 {
		return err
	}
	small := append([]byte{0, 0, 0, smallExif, 'e', 'X', 'I', 'f'}, exifOf(o)...)
	return r.put(binary.BigEndian.AppendUint32(small, crc32.ChecksumIEEE(small[4:])))
}
