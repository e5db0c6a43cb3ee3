package child

import (
	"errors"
	"image"

	"github.com/privet/privet/hooks/media/render/isobmff"
)

const sentinel = "\xff\xff\xff\xff\xff\xff\xff\xff"

// decodeAVIF decodes the file to colours on white, and turns them as the container says, which libavif leaves to its caller.
func (c *decoder) decodeAVIF(data, size uint64, d *isobmff.Description) (image.Image, error) {
	found := c.call("malloc", 16)
	at := uint64(found)
	c.call("decode", data, size, 1, 0, at, at+4, at+8, at+12, 0, 0)
	if c.err != nil {
		return nil, c.err
	}
	told := c.uint32s(found, 3)
	width, height, depth := told[0], told[1], told[2]
	if width <= 0 || height <= 0 || width > 1<<16 || height > 1<<16 || width*height > maxAVIFPixels {
		return nil, errLayout
	}
	need := width * height * 4
	if depth > 8 {
		need *= 2
	}
	delay := c.call("malloc", 8)
	pixels := c.call("malloc", uint64(need))
	// The module says that all is well when a frame could not be decoded, too; then it leaves the duration alone.
	duration := c.view(delay, 8)
	copy(duration, sentinel)
	c.call("decode", data, size, 0, 0, at, at+4, at+8, at+12, uint64(delay), uint64(pixels))
	view := c.view(pixels, need)
	if c.err != nil {
		return nil, c.err
	}
	if string(c.view(delay, 8)) == sentinel {
		return nil, errors.New("its frame can't be decoded")
	}
	if depth > 8 {
		view = upperBytes(view)
	}
	onWhite(view)
	return d.Orientation.Apply(&image.RGBA{Pix: view, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}), nil
}

// upperBytes keeps the upper bytes of 16-bit values, in place.
func upperBytes(values []byte) []byte {
	half := len(values) / 2
	for i := range half {
		values[i] = values[2*i+1]
	}
	return values[:half]
}

// onWhite lays premultiplied colours onto white, in place: a JPEG has no transparency.
func onWhite(pixels []byte) {
	for i := 0; i+3 < len(pixels); i += 4 {
		if rest := 255 - pixels[i+3]; rest != 0 {
			for j := range 3 {
				pixels[i+j] = min(255-rest, pixels[i+j]) + rest
			}
			pixels[i+3] = 255
		}
	}
}
