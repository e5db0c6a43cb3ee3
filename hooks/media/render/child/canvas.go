package child

import (
	"errors"
	"image"

	"github.com/privet/privet/hooks/media/render/isobmff"
)

// errNoMemory means that the image doesn't fit into memory, which is no fault of the file.
var errNoMemory = errors.New("no memory for the picture")

// canvas is an upright image onto which parts are drawn in the orientation of the file. Its chroma is subsampled in
// both directions (4:2:0), as it is in the JPEG.
type canvas struct {
	image         *image.YCbCr
	width, height int // in the orientation of the file
	orientation   isobmff.Orientation
}

// newCanvas allocates one and a half bytes per pixel, outside of Go's heap. It returns nil if there is no memory.
func newCanvas(width, height int, o isobmff.Orientation) *canvas {
	shown := image.Pt(width, height)
	if o.Sideways() {
		shown = image.Pt(height, width)
	}
	luma, stride := shown.X*shown.Y, (shown.X+1)/2
	chroma := stride * ((shown.Y + 1) / 2)
	all := reserveMemory(uint64(luma + 2*chroma)).Reallocate(uint64(luma + 2*chroma))
	if all == nil {
		return nil
	}
	for i := luma; i < len(all); i++ {
		all[i] = 128 // gray
	}
	return &canvas{&image.YCbCr{
		Y: all[:luma], Cb: all[luma : luma+chroma], Cr: all[luma+chroma:],
		YStride: shown.X, CStride: stride, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rectangle{Max: shown},
	}, width, height, o}
}

// draw draws a part with its upper left corner at (x, y), in the orientation of the file. What extends beyond the
// canvas is cut off.
func (c *canvas) draw(part image.Image, x, y int) error {
	size := part.Bounds().Size()
	if (x|y)&1 != 0 {
		return errLayout // chroma samples would be shared between tiles
	}
	switch part := part.(type) {
	case *image.Gray:
		c.drawPlane(c.image.Y, c.image.YStride, c.width, c.height, plane{part.Pix, part.Stride, size.X, size.Y}, x, y)
	case *image.YCbCr:
		c.drawPlane(c.image.Y, c.image.YStride, c.width, c.height, plane{part.Y, part.YStride, size.X, size.Y}, x, y)
		for from, to := range map[*[]byte][]byte{&part.Cb: c.image.Cb, &part.Cr: c.image.Cr} {
			c.drawPlane(to, c.image.CStride, (c.width+1)/2, (c.height+1)/2, subsampled(*from, part), x/2, y/2)
		}
	default:
		return errLayout
	}
	return nil
}

// plane is one colour plane of an image.
type plane struct {
	pixels                []byte
	stride, width, height int
}

// subsampled returns a chroma plane of the image as it is in 4:2:0.
func subsampled(pixels []byte, of *image.YCbCr) plane {
	size := of.Rect.Size()
	half := plane{pixels, of.CStride, (size.X + 1) / 2, (size.Y + 1) / 2}
	if of.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		return half
	}
	if of.SubsampleRatio == image.YCbCrSubsampleRatio444 {
		return reduced(plane{pixels, of.CStride, size.X, size.Y}, 2)
	}
	return reduced(plane{pixels, of.CStride, half.width, size.Y}, 1) // 4:2:2
}

// reduced returns a plane of half the height and, with across 2, half the width.
func reduced(from plane, across int) plane {
	half := plane{nil, (from.width + across - 1) / across, (from.width + across - 1) / across, (from.height + 1) / 2}
	half.pixels = make([]byte, half.width*half.height)
	for y := range half.height {
		above, below := from.pixels[2*y*from.stride:], from.pixels[min(2*y+1, from.height-1)*from.stride:]
		for x := range half.width {
			left, right := across*x, min(across*x+across-1, from.width-1)
			sum := int(above[left]) + int(above[right]) + int(below[left]) + int(below[right])
			half.pixels[y*half.stride+x] = byte((sum + 2) / 4)
		}
	}
	return half
}

// halved returns a part of half the width and height; one that draw refuses as it is.
func halved(part image.Image) image.Image {
	size := part.Bounds().Size()
	bounds := image.Rect(0, 0, (size.X+1)/2, (size.Y+1)/2)
	switch part := part.(type) {
	case *image.Gray:
		y := reduced(plane{part.Pix, part.Stride, size.X, size.Y}, 2)
		return &image.Gray{Pix: y.pixels, Stride: y.stride, Rect: bounds}
	case *image.YCbCr:
		y := reduced(plane{part.Y, part.YStride, size.X, size.Y}, 2)
		cb, cr := reduced(subsampled(part.Cb, part), 2), reduced(subsampled(part.Cr, part), 2)
		return &image.YCbCr{
			Y: y.pixels, Cb: cb.pixels, Cr: cr.pixels, YStride: y.stride, CStride: cb.stride,
			SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: bounds,
		}
	}
	return part
}

// drawPlane copies one plane of a part to (x, y) and applies the orientation. width and height are those of the
// canvas's plane in the orientation of the file.
func (c *canvas) drawPlane(to []byte, stride, width, height int, part plane, x, y int) {
	count := min(part.width, width-x)
	if count <= 0 {
		return
	}
	for row := range min(part.height, height-y) {
		from := part.pixels[row*part.stride:]
		start := c.orientation.Destination(x, y+row, width, height, stride)
		next := c.orientation.Destination(x+1, y+row, width, height, stride)
		if next == start+1 {
			copy(to[start:], from[:count])
			continue
		}
		for i := range count {
			to[start+i*(next-start)] = from[i]
		}
	}
}
