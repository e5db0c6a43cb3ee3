package child

import (
	"encoding/binary"
	"fmt"
	"image"
	_ "image/gif" // its first picture
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"

	"github.com/privet/privet/hooks/media/render/process"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

const (
	// stillSide is the longer side of a still, as that of a video's preview.
	stillSide = 640
	// maxStillPixels bounds the picture that a still may come from, by what four bytes a pixel leave of the child's memory.
	maxStillPixels = 60_000_000
)

// renderStill writes a picture that Go decodes as a small upright JPEG.
func renderStill(in *os.File, out io.Writer) error {
	config, kind, err := image.DecodeConfig(in)
	if err != nil {
		return fmt.Errorf("%w: %w", process.ErrUnreadable, err)
	}
	if pixels := int64(config.Width) * int64(config.Height); pixels < 1 || pixels > maxStillPixels {
		return fmt.Errorf("%w: a picture of %d pixels", process.ErrUnreadable, pixels)
	}
	turned := 1
	if kind == "jpeg" {
		turned = exifOrientation(in)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return err
	}
	img, _, err := image.Decode(in)
	if err != nil {
		return fmt.Errorf("%w: %w", process.ErrUnreadable, err)
	}
	from := img.Bounds()
	longer := max(from.Dx(), from.Dy())
	side := min(longer, stillSide)
	small := image.NewRGBA(image.Rect(0, 0, max(1, from.Dx()*side/longer), max(1, from.Dy()*side/longer)))
	draw.Draw(small, small.Rect, image.White, image.Point{}, draw.Src) // behind what is transparent
	draw.ApproxBiLinear.Scale(small, small.Rect, img, from, draw.Over, nil)
	return writeJPEG(out, upright(small, turned), nil)
}

// upright turns a picture as an orientation of Exif (1 to 8) says.
func upright(img *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return img
	}
	size := img.Rect.Size()
	shown := size
	if orientation >= 5 {
		shown = image.Pt(size.Y, size.X)
	}
	turned := image.NewRGBA(image.Rectangle{Max: shown})
	right, bottom := size.X-1, size.Y-1
	for y := range shown.Y {
		for x := range shown.X {
			from := [...]image.Point{{}, {}, {right - x, y}, {right - x, bottom - y}, {x, bottom - y}, {y, x}, {y, bottom - x}, {right - y, bottom - x}, {right - y, x}}[orientation]
			copy(turned.Pix[turned.PixOffset(x, y):][:4], img.Pix[img.PixOffset(from.X, from.Y):][:4])
		}
	}
	return turned
}

// maxExif is how much of a JPEG is looked at for its orientation, which stands in the beginning.
const maxExif = 128 << 10

// exifOrientation returns the orientation that the Exif metadata of a JPEG says, 1 (upright) where there is none that can be read.
func exifOrientation(in io.ReaderAt) int {
	head := make([]byte, maxExif)
	n, _ := in.ReadAt(head, 0)
	head = head[:n]
	for at := 2; at+4 <= len(head) && head[at] == 0xff && head[at+1] != 0xda; {
		length := int(binary.BigEndian.Uint16(head[at+2:]))
		segment := head[at+4 : min(len(head), max(at+4, at+2+length))]
		if head[at+1] == 0xe1 && len(segment) > 6 && string(segment[:6]) == "Exif\x00\x00" {
			return tiffOrientation(segment[6:])
		}
		at += 2 + length
	}
	return 1
}

// tiffOrientation returns the tag 0x0112 of the first directory of a TIFF structure, 1 if there is none.
func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	directory := int64(order.Uint32(tiff[4:]))
	if directory+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[directory+2:]
	for range order.Uint16(tiff[directory:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			return int(order.Uint16(entries[8:]))
		}
		entries = entries[12:]
	}
	return 1
}
