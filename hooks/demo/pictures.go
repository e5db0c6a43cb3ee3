package demo

import (
	"bytes"
	_ "embed" // for greeting.mp4
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// greeting is an H.264 video without sound:
//
//	ffmpeg -f lavfi -i "gradients=s=480x270:d=4:r=24:c0=#7c3aed:c1=#ec4899:c2=#f59e0b:n=3:speed=0.02:seed=7"
//	  -vf "drawtext=fontfile=DejaVuSans-Bold.ttf:text='Привет!':fontsize=72:fontcolor=white:x=(w-text_w)/2:y=(h-text_h)/2-12*sin(3*t)"
//	  -c:v libx264 -profile:v main -pix_fmt yuv420p -crf 30 -preset veryslow -movflags +faststart -map_metadata -1 greeting.mp4
//
//go:embed greeting.mp4
var greeting []byte

// broken returns greeting without its frames: no preview can be made of it.
func broken() []byte {
	video := bytes.Clone(greeting)
	clear(video[bytes.Index(video, []byte("mdat"))+len("mdat"):])
	return video
}

// bold returns the font of all texts.
var bold = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gobold.TTF) })

// portrait returns a JPEG with the initials of a name, in colours derived from it.
func portrait(name string) ([]byte, error) {
	var initials strings.Builder
	for word := range strings.FieldsSeq(name) {
		first, _ := utf8.DecodeRuneInString(word)
		initials.WriteRune(first)
	}
	return render(image.Rect(0, 0, 480, 480), name, initials.String(), 190)
}

// cards returns JPEGs with a text each, of which it keeps those that it has made.
type cards map[string][]byte

func (made cards) of(text string) (content []byte, err error) {
	content, ok := made[text]
	if !ok {
		content, err = render(image.Rect(0, 0, 800, 500), text, text, 72)
		made[text] = content
	}
	return content, err
}

// render returns a JPEG of an area with a text, size pixels high, on colours derived from seed.
func render(area image.Rectangle, seed, text string, size float64) ([]byte, error) {
	parsed, err := bold()
	if err != nil {
		return nil, err
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, err
	}
	defer face.Close()
	picture := image.NewRGBA(area)
	hue := float64(crc32.ChecksumIEEE([]byte(seed))%360) / 360
	width, height := area.Dx(), area.Dy()
	diagonals := make([]color.RGBA, width+height)
	for i := range diagonals {
		along := float64(i) / float64(width+height)
		diagonals[i] = shade(hue+along/6, 0.35+0.25*along)
	}
	for y := range height {
		for x := range width {
			picture.SetRGBA(x, y, diagonals[x+y])
		}
	}
	pen := font.Drawer{Dst: picture, Src: image.NewUniform(color.White), Face: face}
	bounds, advance := pen.BoundString(text)
	pen.Dot = fixed.Point26_6{
		X: (fixed.I(width) - advance) / 2,
		Y: (fixed.I(height) - bounds.Min.Y - bounds.Max.Y) / 2,
	}
	draw.Draw(picture, image.Rect(0, height-12, width, height), image.NewUniform(shade(hue+0.5, 0.6)), image.Point{}, draw.Src)
	pen.DrawString(text)
	var out bytes.Buffer
	err = jpeg.Encode(&out, picture, &jpeg.Options{Quality: 88})
	return out.Bytes(), err
}

// shade returns the colour of a hue, in turns of the colour wheel, and a lightness from 0 to 1.
func shade(hue, lightness float64) color.RGBA {
	channel := func(offset float64) uint8 {
		k := math.Mod(offset+hue*12, 12)
		return uint8(255 * (lightness - 0.6*min(lightness, 1-lightness)*max(-1, min(k-3, 9-k, 1))))
	}
	return color.RGBA{channel(0), channel(8), channel(4), 255}
}
