package child

import (
	"errors"
	"image"

	"github.com/privet/privet/hooks/media/render/isobmff"
)

// sentinel is no duration of a frame.
const sentinel = "\xff\xff\xff\xff\xff\xff\xff\xff"

// decodeAVIF decodes a file in the guest's memory, puts the image on white and applies its orientation, which libavif
// leaves to its caller.
func (c *decoder) decodeAVIF(data, size uint64, d *isobmff.Description) (image.Image, error) {
	header := c.call("malloc", 16)
	at := uint64(header)
	c.call("decode", data, size, 1, 0, at, at+4, at+8, at+12, 0, 0)
	if c.err != nil {
		return nil, c.err
	}
	n := c.uint32s(header, 3)
	width, height, depth := n[0], n[1], n[2]
	if width <= 0 || height <= 0 || width > 1<<16 || height > 1<<16 || width*height > maxAVIFPixels {
		return nil, errLayout
	}
	need := width * height * 4
	if depth > 8 {
		need *= 2
	}
	delay := c.call("malloc", 8)
	pixels := c.call("malloc", uint64(need))
	// The module reports success even when the frame could not be decoded, but then it doesn't set the duration.
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

// upperBytes reduces 16-bit values to their upper bytes, in place.
func upperBytes(values []byte) []byte {
	half := len(values) / 2
	for i := range half {
		values[i] = values[2*i+1]
	}
	return values[:half]
}

// onWhite composes premultiplied RGBA with a white background, in place, as a JPEG has no transparency.
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
