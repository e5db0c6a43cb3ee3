// Package raster removes metadata from images whose files are sequences of segments or chunks: JPEG, PNG, GIF and WebP.
package raster

import (
	"bufio"
	"image"
	"io"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// maxPixels is how many pixels an image may have: the largest sensors of phones have 200 million. A file of a few
// kilobytes can claim more than any phone or browser has memory for.
const maxPixels = 1 << 28

// checkHeader refuses an image whose header claims too many pixels, before anything is written. A header that decode
// can't read is no error here: the caller parses the file itself.
func checkHeader(f edit.File, size int64, decode func(io.Reader) (image.Config, error)) error {
	config, err := decode(bufio.NewReaderSize(io.NewSectionReader(f, 0, size), edit.PageSize))
	if err != nil {
		return nil
	}
	return checkPixels(int64(config.Width), int64(config.Height))
}

// checkPixels returns ErrUnclean for more than maxPixels.
func checkPixels(width, height int64) error {
	if height > 0 && width > maxPixels/height {
		return edit.Unclean("it has %d x %d pixels", width, height)
	}
	return nil
}
