package isobmff

import (
	"image"
	"image/color"
)

// Orientation is how a picture is to be turned to stand upright: the first move is the mirroring of left and right, the
// second some quarter turns anticlockwise. Every row of rotations and mirrorings comes to that.
type Orientation struct {
	mirror   bool
	quarters int
}

// Sideways reports whether width and height change places.
func (t Orientation) Sideways() bool { return t.quarters&1 == 1 }

func (t Orientation) rotated(quarters int) Orientation {
	t.quarters = (t.quarters + quarters) & 3
	return t
}

// mirrored exchanges left and right, or else top and bottom, after what t does.
func (t Orientation) mirrored(leftRight bool) Orientation {
	quarters := -t.quarters // a mirroring turns round what was turned before it
	if !leftRight {
		quarters += 2 // top and bottom: left and right, and half a turn
	}
	return Orientation{!t.mirror, quarters & 3}
}

// Destination is where the point comes to lie in a plane of that stride, which the plane of width x height is turned into.
func (t Orientation) Destination(x, y, width, height, stride int) int {
	if t.mirror {
		x = width - 1 - x
	}
	switch t.quarters {
	case 1:
		x, y = y, width-1-x
	case 2:
		x, y = width-1-x, height-1-y
	case 3:
		x, y = height-1-y, x
	}
	return y*stride + x
}

// Apply shows picture turned, without a copy.
func (t Orientation) Apply(picture image.Image) image.Image {
	if t == (Orientation{}) {
		return picture
	}
	return &orientedImage{picture, t}
}

type orientedImage struct {
	of image.Image
	by Orientation
}

func (t *orientedImage) Bounds() image.Rectangle {
	size := t.of.Bounds().Size()
	if t.by.Sideways() {
		size.X, size.Y = size.Y, size.X
	}
	return image.Rectangle{Max: size}
}

func (t *orientedImage) ColorModel() color.Model { return t.of.ColorModel() }

func (t *orientedImage) At(x, y int) color.Color {
	size := t.of.Bounds().Size()
	switch t.by.quarters { // where the point was before the quarter turns
	case 1:
		x, y = size.X-1-y, x
	case 2:
		x, y = size.X-1-x, size.Y-1-y
	case 3:
		x, y = y, size.Y-1-x
	}
	if t.by.mirror {
		x = size.X - 1 - x
	}
	return t.of.At(x, y)
}
