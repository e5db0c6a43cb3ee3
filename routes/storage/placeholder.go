package storage

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"sync"

	"github.com/privet/privet/hooks/media/mediatype"
)

// placeholder returns the PNG that is shown in place of a preview: grey, with a light triangle for a video.
func placeholder(kind mediatype.Kind) *bytes.Reader {
	if kind == mediatype.Video {
		return bytes.NewReader(videoPlaceholder())
	}
	return bytes.NewReader(photoPlaceholder())
}

var (
	videoPlaceholder = sync.OnceValue(func() []byte { return drawPlaceholder(true) })
	photoPlaceholder = sync.OnceValue(func() []byte { return drawPlaceholder(false) })
)

func drawPlaceholder(triangle bool) []byte {
	const width, height = 640, 360
	grey, light := color.RGBA{0x3a, 0x3d, 0x44, 0xff}, color.RGBA{0xd8, 0xda, 0xdf, 0xff}
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{grey, light})
	const halfHeight, left = 60, width/2 - 40
	for y := height/2 - halfHeight; triangle && y <= height/2+halfHeight; y++ {
		length := 2 * (halfHeight - max(y-height/2, height/2-y)) * 9 / 10
		for x := left; x < left+length; x++ {
			img.SetColorIndex(x, y, 1)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // encoding a paletted image into memory can't fail
	}
	return out.Bytes()
}
