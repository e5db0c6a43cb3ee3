package routes

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"sync"

	"github.com/privet/privet/hooks/media/mediatype"
)

// placeholder is a neutral picture that stands for a JPEG until there is one: grey, with a light triangle for a video.
func placeholder(of mediatype.Kind) *bytes.Reader {
	if of == mediatype.Video {
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
	picture := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{grey, light})
	const half, left = 60, width/2 - 40
	for y := height/2 - half; triangle && y <= height/2+half; y++ {
		reach := 2 * (half - max(y-height/2, height/2-y)) * 9 / 10
		for x := left; x < left+reach; x++ {
			picture.SetColorIndex(x, y, 1)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		panic(err) // a paletted picture in memory always encodes
	}
	return out.Bytes()
}
