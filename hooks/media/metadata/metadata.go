// Package metadata removes from images and videos everything that reveals where, when, by whom and with which device
// they were made: EXIF, XMP, IPTC, comments, embedded thumbnails, tags, trailers, tracks of positions. It works in
// place and never re-encodes: pixels and sound stay identical bit for bit, with their orientation, colours and
// animation.
//
// For each format an allow-list names the parts needed to show the file; all other parts are removed, known or
// unknown. Images that are a sequence of segments (JPEG, PNG, GIF, WebP) become shorter. Files full of offsets (MP4
// and its relatives, HEIF, Matroska) keep their length, and the removed parts are overwritten with zeros.
//
// The code is our own because no library works this way: those for MP4 write a second file or hold the boxes in
// memory, those for EXIF re-encode or know a single format, and none is built for hostile input.
package metadata

import (
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
	"github.com/privet/privet/hooks/media/metadata/internal/isobmff"
	"github.com/privet/privet/hooks/media/metadata/internal/matroska"
	"github.com/privet/privet/hooks/media/metadata/internal/raster"
)

// ErrUnclean means that a file must be refused: its structure leaves doubt whether all metadata was found, it has more
// pixels than phones have memory for, or it shows nothing. The error that wraps it states the reason. The file may have
// been changed in part and must not be used.
var ErrUnclean = edit.ErrUnclean

// Reason returns why a file is refused, in a few words of printable ASCII that say nothing about its user; "" when err
// isn't ErrUnclean.
func Reason(err error) string { return edit.Reason(err) }

// File is what Clean works on, such as an *os.File.
type File = edit.File

// cleaners maps the media types that Clean knows to the function that cleans them.
var cleaners = map[string]func(File, int64) error{
	"image/jpeg":          raster.JPEG,
	"image/png":           raster.PNG,
	"image/apng":          raster.PNG,
	"image/gif":           raster.GIF,
	"image/webp":          raster.WebP,
	"image/heic":          isobmff.CleanImage,
	"image/heic-sequence": isobmff.CleanImage,
	"image/heif":          isobmff.CleanImage,
	"image/heif-sequence": isobmff.CleanImage,
	"image/avif":          isobmff.CleanImage,
	"video/mp4":           isobmff.CleanVideo,
	"video/x-m4v":         isobmff.CleanVideo,
	"video/quicktime":     isobmff.CleanVideo,
	"video/3gpp":          isobmff.CleanVideo,
	"video/3gpp2":         isobmff.CleanVideo,
	"video/webm":          matroska.Clean,
	"video/matroska":      matroska.Clean,
}

// Clean removes the metadata from a file of the given size in bytes and media type (such as "image/jpeg"), in place.
// The file keeps its size or becomes shorter. A file that must be refused gives ErrUnclean; any other error comes from
// reading or writing f.
//
// The work is in proportion to the file's size, whatever is in it: parts other than samples and image data are few or
// the file is refused, neighbouring changes are one write, and what is blank already is left alone. Memory use is
// bounded: a few buffers of 64 KiB, and for files made of boxes lists of at most 20 MiB, which only hostile files reach.
func Clean(f File, size int64, mime string) error {
	clean, known := cleaners[mime]
	if !known {
		return edit.Unclean("nothing is known about its type")
	}
	if size <= 0 {
		return edit.Unclean("it is empty")
	}
	return clean(f, size)
}
