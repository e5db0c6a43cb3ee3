// Package metadata removes from pictures and videos what tells where, when, with what and by whom they were made: EXIF,
// XMP, IPTC, comments, thumbnails, tags, trailers, tracks of positions. It works in place and never re-encodes: what
// is seen and heard stays the same bit for bit, with its orientation, colours and animation.
//
// Each format keeps what a list names as needed to show it and loses the rest, known or not. Pictures that are a row of
// segments (JPEG, PNG, GIF, WebP) are closed up and become shorter; files that are full of offsets (MP4 and its kin,
// HEIF, Matroska) keep their length, and what goes is overwritten by zeros.
//
// Own code, because no library does it so: those for MP4 write a second file or hold the boxes in memory, those for
// EXIF re-encode or know one format, and none counts on hostile input.
package metadata

import (
	"errors"
	"fmt"
	"io"
)

// ErrUnclean says that a file's structure doesn't allow to be sure that nothing is left. The reason is wrapped around
// it in plain words. The file may be half changed and must be refused.
var ErrUnclean = errors.New("the metadata cannot be removed for sure")

// errCutOff is ErrUnclean of a file that ends where more must come.
var errCutOff = unclean("it is cut off")

// File is what Clean works on: *os.File is one.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

// cleaners knows what to do with each media type that counts as picture or video.
var cleaners = map[string]func(File, int64) error{
	"image/jpeg":          cleanJPEG,
	"image/png":           cleanPNG,
	"image/apng":          cleanPNG,
	"image/gif":           cleanGIF,
	"image/webp":          cleanWebP,
	"image/heic":          cleanISO,
	"image/heic-sequence": cleanISO,
	"image/heif":          cleanISO,
	"image/heif-sequence": cleanISO,
	"image/avif":          cleanISO,
	"video/mp4":           cleanMovie,
	"video/x-m4v":         cleanMovie,
	"video/quicktime":     cleanMovie,
	"video/3gpp":          cleanMovie,
	"video/3gpp2":         cleanMovie,
	"video/webm":          cleanMatroska,
	"video/matroska":      cleanMatroska,
}

// Clean removes the metadata from a file of the given size in bytes and media type ("image/jpeg"), in place. The file
// keeps its size or becomes shorter; memory doesn't grow with it, but for lists of at most a few megabytes where a
// video has a track to remove. ErrUnclean: the file must be refused; so must a picture of more pixels than phones have
// memory for, and what shows nothing. Other errors are the file's own.
func Clean(f File, size int64, mime string) error {
	clean, known := cleaners[mime]
	if !known {
		return unclean("nothing is known about %q", mime)
	}
	if size <= 0 {
		return unclean("it is empty")
	}
	if err := checkPixels(f, size, mime); err != nil {
		return err
	}
	return clean(f, size)
}

// unclean is ErrUnclean with its reason.
func unclean(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnclean, fmt.Sprintf(format, args...))
}
