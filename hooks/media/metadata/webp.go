package metadata

import "encoding/binary"

// Flags of the chunk VP8X.
const (
	webpExif = 0x08
	webpXMP  = 0x04
)

// cleanWebP keeps the picture's chunks, its colour profile and of EXIF the orientation, and mends the sizes and flags at
// the front.
func cleanWebP(f File, size int64) error {
	r := newRewriter(f, size)
	b, err := r.peek(16)
	if err != nil {
		return err
	}
	if string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return unclean("it does not begin as a WebP")
	}
	end := int64(binary.LittleEndian.Uint32(b[4:])) + 8
	if end > size {
		return unclean("it is cut off")
	}
	first := string(b[12:])
	extended := first == "VP8X"
	if end < 20 || !extended && first != "VP8 " && first != "VP8L" {
		return unclean("it does not begin with a picture")
	}
	r.size = end
	if err := r.keep(12); err != nil {
		return err
	}
	oriented := false
	for r.rest() >= 8 {
		b, err := r.peek(8)
		if err != nil {
			return err
		}
		length := int64(binary.LittleEndian.Uint32(b[4:]))
		whole := 8 + length + length&1
		if whole == r.rest()+1 {
			whole-- // the padding of the last one is forgotten by some
		}
		switch string(b[:4]) {
		case "VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ICCP":
			err = r.keep(whole)
		case "ANMF":
			err = webpFrame(r, length, whole)
		case "EXIF":
			o := orientation(r.file, r.from+8, min(length, r.rest()-8))
			err = r.drop(whole)
			if err == nil && o != 1 && extended && !oriented {
				oriented = true
				err = r.put(append([]byte{'E', 'X', 'I', 'F', smallExif, 0, 0, 0}, exifOf(o)...))
			}
		default:
			err = r.drop(whole)
		}
		if err != nil {
			return err
		}
	}
	r.size = size
	if err := r.finish(); err != nil {
		return err
	}
	r.size, r.window = r.to, nil
	return webpFront(r, extended, oriented)
}

// webpFront mends the front of a file that now ends where the rewriter stands.
func webpFront(r *rewriter, extended, oriented bool) error {
	if err := r.write(4, binary.LittleEndian.AppendUint32(nil, uint32(r.to-8))); err != nil || !extended {
		return err
	}
	if r.to < 30 {
		return unclean("it is cut off")
	}
	b, err := r.bytes(20, 1)
	if err != nil {
		return err
	}
	flags := b[0] &^ (webpExif | webpXMP)
	if oriented {
		flags |= webpExif
	}
	return r.write(20, []byte{flags})
}

// webpFrame keeps a frame of an animation. Chunks other than its picture's are allowed in it and written by nobody.
func webpFrame(r *rewriter, length, whole int64) error {
	if whole > r.rest() {
		return unclean("a frame is cut off")
	}
	end := r.from + 8 + length
	for at := r.from + 24; at < end; {
		b, err := r.bytes(at, 8)
		if err != nil {
			return err
		}
		switch string(b[:4]) {
		case "VP8 ", "VP8L", "ALPH":
		default:
			return unclean("a frame has a chunk of the unknown kind %q", b[:4])
		}
		inner := int64(binary.LittleEndian.Uint32(b[4:]))
		at += 8 + inner + inner&1
		if at > end+1 {
			return unclean("a frame is cut off")
		}
	}
	return r.keep(whole)
}
