package render

import (
	"errors"
	"image"
)

const untouched = "\xff\xff\xff\xff\xff\xff\xff\xff"

// avif decodes the file to colours on white, and turns them as the container says, which libavif leaves to its caller.
func (c *codec) avif(data, size uint64, d description) (image.Image, error) {
	found := c.call("malloc", 16)
	at := uint64(found)
	c.call("decode", data, size, 1, 0, at, at+4, at+8, at+12, 0, 0)
	if c.err != nil {
		return nil, c.err
	}
	told := c.words(found, 3)
	width, height, depth := told[0], told[1], told[2]
	if width <= 0 || height <= 0 || width > 1<<16 || height > 1<<16 || width*height > avifPixels {
		return nil, errLayout
	}
	need := width * height * 4
	if depth > 8 {
		need *= 2
	}
	delay := c.call("malloc", 8)
	pixels := c.call("malloc", uint64(need))
	// The module says that all is well when a frame could not be decoded, too; then it leaves the duration alone.
	duration := c.at(delay, 8)
	copy(duration, untouched)
	c.call("decode", data, size, 0, 0, at, at+4, at+8, at+12, uint64(delay), uint64(pixels))
	view := c.at(pixels, need)
	if c.err != nil {
		return nil, c.err
	}
	if string(c.at(delay, 8)) == untouched {
		return nil, errors.New("its frame can't be decoded")
	}
	if depth > 8 {
		view = toBytes(view)
	}
	onWhite(view)
	return d.turn.upright(&image.RGBA{Pix: view, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}), nil
}

// toBytes keeps the upper bytes of 16-bit values, in place.
func toBytes(values []byte) []byte {
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
