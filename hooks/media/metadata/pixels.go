package metadata

import (
	"bufio"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// maxPixels is how many pixels a picture may have: the largest sensors of phones have 200 million. A file of a few
// kilobytes can say that it has more than any phone or browser has memory for.
const maxPixels = 1 << 28

// headers read how large a picture is, by media type.
var headers = map[string]func(io.Reader) (image.Config, error){
	"image/jpeg": jpeg.DecodeConfig,
	"image/png":  png.DecodeConfig,
	"image/apng": png.DecodeConfig,
	"image/gif":  gif.DecodeConfig,
	"image/webp": webp.DecodeConfig,
}

// checkPixels refuses a picture that is too large by its header. What can't be read is left to those who clean.
func checkPixels(f File, size int64, mime string) error {
	header, known := headers[mime]
	if !known {
		return nil
	}
	config, err := header(bufio.NewReaderSize(io.NewSectionReader(f, 0, size), page))
	if err != nil {
		return nil
	}
	return pixels(int64(config.Width), int64(config.Height))
}

// pixels refuses too many of them.
func pixels(width, height int64) error {
	if height > 0 && width > maxPixels/height {
		return unclean("it has %d x %d pixels", width, height)
	}
	return nil
}
