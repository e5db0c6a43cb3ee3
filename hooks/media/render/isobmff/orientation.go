package isobmff

import (
	"image"
	"image/color"
)

// Orientation is how a decoded image must be transformed to stand upright: mirrored left to right if mirror is set,
// then turned anticlockwise by some quarters. Every sequence of rotations and mirrorings can be reduced to that.
type Orientation struct {
	mirror   bool
	quarters int
}

// Sideways reports whether width and height are exchanged.
func (o Orientation) Sideways() bool { return o.quarters&1 == 1 }

// rotated returns o followed by quarter turns anticlockwise.
func (o Orientation) rotated(quarters int) Orientation {
	o.quarters = (o.quarters + quarters) & 3
	return o
}

// mirrored returns o followed by exchanging left and right, or else top and bottom.
func (o Orientation) mirrored(leftRight bool) Orientation {
	quarters := -o.quarters // mirroring reverses the sense of the rotation before it
	if !leftRight {
		quarters += 2 // top and bottom: the same as left and right, and half a turn
	}
	return Orientation{!o.mirror, quarters & 3}
}

// Destination returns the index of the pixel (x, y) of a plane of width x height in the transformed plane, whose rows
// are stride apart.
func (o Orientation) Destination(x, y, width, height, stride int) int {
	if o.mirror {
		x = width - 1 - x
	}
	switch o.quarters {
	case 1:
		x, y = y, width-1-x
	case 2:
		x, y = width-1-x, height-1-y
	case 3:
		x, y = height-1-y, x
	}
	return y*stride + x
}

// Apply returns a transformed view of an image, without a copy.
func (o Orientation) Apply(img image.Image) image.Image {
	if o == (Orientation{}) {
		return img
	}
	return &orientedImage{img, o}
}

// orientedImage is a view of an image, transformed by an orientation.
type orientedImage struct {
	of image.Image
	by Orientation
}

func (i *orientedImage) Bounds() image.Rectangle {
	size := i.of.Bounds().Size()
	if i.by.Sideways() {
		size.X, size.Y = size.Y, size.X
	}
	return image.Rectangle{Max: size}
}

func (i *orientedImage) ColorModel() color.Model { return i.of.ColorModel() }

func (i *orientedImage) At(x, y int) color.Color {
	size := i.of.Bounds().Size()
	switch i.by.quarters { // back to where the pixel was before the rotation
	case 1:
		x, y = size.X-1-y, x
	case 2:
		x, y = size.X-1-x, size.Y-1-y
	case 3:
		x, y = y, size.Y-1-x
	}
	if i.by.mirror {
		x = size.X - 1 - x
	}
	return i.of.At(x, y)
}
