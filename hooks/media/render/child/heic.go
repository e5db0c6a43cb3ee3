package child

import (
	"errors"
	"image"
)

// libheif's numbers for colour spaces and chroma subsampling.
const (
	heifYCbCr = 0
	heifRGB   = 1
	heifMono  = 2

	heif420 = 1
	heif422 = 2
	heif444 = 3
)

// errLayout means that an image can't be read as the codec laid it out.
var errLayout = errors.New("the pixel layout is not supported")

// decodeHEIC decodes a file in the guest's memory. libheif composes tiles and applies the orientation.
func (c *decoder) decodeHEIC(data, size uint64) (image.Image, error) {
	header := c.call("malloc", 20)
	at := uint64(header)
	c.call("decode", data, size, 1, at, at+4, at+8, at+12, at+16, 0)
	if c.err != nil {
		return nil, c.err
	}
	n := c.uint32s(header, 5)
	width, height, space, chroma := n[0], n[1], n[2], n[3]
	if width <= 0 || height <= 0 || width > 1<<16 || height > 1<<16 || width*height > maxShownPixels {
		return nil, errLayout
	}
	stride, chromaStride, chromaHeight := rowSize(width, 1), 0, 0
	need, ratio := stride*height, image.YCbCrSubsampleRatio420
	switch {
	case space == heifYCbCr && chroma == heif420:
		chromaStride, chromaHeight = rowSize((width+1)/2, 1), (height+1)/2
	case space == heifYCbCr && chroma == heif422:
		chromaStride, chromaHeight, ratio = rowSize((width+1)/2, 1), height, image.YCbCrSubsampleRatio422
	case space == heifYCbCr && chroma == heif444:
		chromaStride, chromaHeight, ratio = stride, height, image.YCbCrSubsampleRatio444
	case space == heifRGB:
		stride = rowSize(width, 4)
		need = stride * height
	case space == heifMono:
	default:
		return nil, errLayout
	}
	plane := chromaStride * chromaHeight
	need += 2 * plane
	pixels := c.call("malloc", uint64(need))
	c.call("decode", data, size, 0, at, at+4, at+8, at+12, at+16, uint64(pixels))
	view := c.view(pixels, need)
	if c.err != nil {
		return nil, c.err
	}
	bounds := image.Rect(0, 0, width, height)
	switch space {
	case heifMono:
		return &image.Gray{Pix: view, Stride: stride, Rect: bounds}, nil
	case heifRGB:
		return &image.RGBA{Pix: view, Stride: stride, Rect: bounds}, nil
	}
	luma := need - 2*plane
	return &image.YCbCr{
		Y: view[:luma], Cb: view[luma : luma+plane], Cr: view[luma+plane:],
		YStride: stride, CStride: chromaStride, SubsampleRatio: ratio, Rect: bounds,
	}, nil
}

// rowSize returns how many bytes libheif uses for a row: those of an even number of pixels, at least 64, rounded up
// to a multiple of 16.
func rowSize(width, bytes int) int {
	return (max(width+width&1, 64)*bytes + 15) &^ 15
}
