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
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
	"github.com/privet/privet/hooks/media/metadata/internal/isobmff"
	"github.com/privet/privet/hooks/media/metadata/internal/matroska"
	"github.com/privet/privet/hooks/media/metadata/internal/raster"
)

// ErrUnclean says that a file's structure leaves doubt whether all metadata was found, or that it must be refused for
// another reason (too many pixels, nothing to show). The reason is wrapped around it in plain words. The file may be half
// changed and must not be used.
var ErrUnclean = edit.ErrUnclean

// File is what Clean works on, such as an *os.File.
type File = edit.File

// cleaners knows what to do with each media type that counts as picture or video.
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

// Clean removes the metadata from a file of the given size in bytes and media type ("image/jpeg"), in place. The file
// keeps its size or becomes shorter; memory doesn't grow with it, but for lists of at most a few megabytes where a
// video has a track to remove. ErrUnclean: the file must be refused; so must a picture of more pixels than phones have
// memory for, and what shows nothing. Other errors are the file's own.
func Clean(f File, size int64, mime string) error {
	clean, known := cleaners[mime]
	if !known {
		return edit.Unclean("nothing is known about %q", mime)
	}
	if size <= 0 {
		return edit.Unclean("it is empty")
	}
	return clean(f, size)
}
