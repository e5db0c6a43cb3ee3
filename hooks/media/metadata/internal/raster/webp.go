package raster

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
	"golang.org/x/image/webp"
)

// Flags of the VP8X chunk.
const (
	webpICC  = 0x20
	webpEXIF = 0x08
	webpXMP  = 0x04
)

// webpFile is the state of cleaning a WebP file.
type webpFile struct {
	*edit.Rewriter
	extended bool
	// sawEXIF means that there was an EXIF, oriented that it was replaced by the orientation, begun that there is data of
	// an image.
	sawEXIF, oriented, begun bool
	// profiled means that a colour profile was kept.
	profiled bool
	// missing is how many bytes the last chunk lacks.
	missing int64
}

// WebP cleans a WebP file. It keeps the chunks of the image, the colour profile and of EXIF the orientation, and
// corrects the sizes and flags in the header. It may be truncated once the data of its first image has begun, as
// decoders show the part that is there.
func WebP(f edit.File, size int64) error {
	if err := checkHeader(f, size, webp.DecodeConfig); err != nil {
		return err
	}
	w := &webpFile{Rewriter: edit.NewRewriter(f, size)}
	b, err := w.Peek(16)
	if err != nil {
		return err
	}
	if string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return edit.Unclean("it does not begin as a WebP")
	}
	end := int64(binary.LittleEndian.Uint32(b[4:])) + 8
	first := string(b[12:])
	w.extended = first == "VP8X"
	if end < 20 || !w.extended && first != "VP8 " && first != "VP8L" {
		return edit.Unclean("it does not begin with a picture")
	}
	w.Limit(min(end, size))
	if err := w.Keep(12); err != nil {
		return err
	}
	for w.Remaining() >= 8 {
		if err := w.chunk(); err != nil {
			return err
		}
	}
	if !w.begun {
		return edit.ErrTruncated
	}
	if err := w.Finish(); err != nil {
		return err
	}
	return w.fixHeader()
}

// chunk keeps, rewrites or drops the next chunk.
func (w *webpFile) chunk() error {
	b, err := w.Peek(8)
	if err != nil {
		return err
	}
	kind, length := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
	whole := 8 + length + length&1
	if length&1 == 1 && whole == w.Remaining()+1 {
		whole-- // some writers omit the padding of the last chunk
	}
	if kind != "ANMF" {
		if err := w.Part(); err != nil {
			return err
		}
	}
	switch kind {
	case "VP8 ", "VP8L":
		return w.keepImage(whole, 8)
	case "ANMF":
		return w.frame(length, whole)
	}
	if whole > w.Remaining() {
		return w.Drop(w.Remaining())
	}
	switch kind {
	case "VP8X", "ALPH", "ANIM":
		return w.Keep(whole)
	case "ICCP":
		return w.profile(length, whole)
	case "EXIF":
		return w.exif(length, whole)
	}
	return w.Drop(whole)
}

// keepImage keeps a chunk with image data, which begins after the given number of bytes, or what there is of it.
func (w *webpFile) keepImage(whole, head int64) error {
	w.begun = w.begun || min(whole, w.Remaining()) > head
	if whole > w.Remaining() {
		w.missing = whole - w.Remaining()
		whole = w.Remaining()
	}
	return w.Keep(whole)
}

// exif replaces the first EXIF with one that holds the orientation alone, and drops any other.
func (w *webpFile) exif(length, whole int64) error {
	o := 1
	if w.extended && !w.sawEXIF {
		o = readOrientation(w.File, w.Pos()+8, min(length, w.Remaining()-8))
	}
	w.sawEXIF = true
	if err := w.Drop(whole); err != nil || o == 1 {
		return err
	}
	w.oriented = true
	return w.Insert(append([]byte{'E', 'X', 'I', 'F', orientationEXIFSize, 0, 0, 0}, orientationEXIF(o)...))
}

// fixHeader corrects the size and the flags of a file after Finish.
func (w *webpFile) fixHeader() error {
	size := binary.LittleEndian.AppendUint32(nil, uint32(w.Size-8+w.missing))
	if err := w.Overwrite(4, size); err != nil {
		return err
	}
	if !w.extended {
		return w.Flush()
	}
	if w.Size < 30 {
		return edit.ErrTruncated
	}
	b, err := w.Bytes(20, 1)
	if err != nil {
		return err
	}
	flags := b[0] &^ (webpEXIF | webpXMP | webpICC)
	if w.profiled {
		flags |= webpICC
	}
	if w.oriented {
		flags |= webpEXIF
	}
	if err := w.Overwrite(20, []byte{flags}); err != nil {
		return err
	}
	return w.Flush()
}

// frame keeps a frame of an animation, or what there is of it. The format allows chunks other than image data in it,
// but no program is known to write any, so they are refused.
func (w *webpFile) frame(length, whole int64) error {
	const head = 24 // of the frame; its chunks follow
	end := w.Pos() + 8 + length
	at := w.Pos() + head
	for at < end && at+8 <= w.Size {
		b, err := w.Bytes(at, 8)
		if err != nil {
			return err
		}
		if err := w.Part(); err != nil {
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
	return w.keepImage(whole, head+8)
}
