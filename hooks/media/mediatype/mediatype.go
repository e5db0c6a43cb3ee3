// Package mediatype detects the types of images and videos by their content, never by file names or Content-Type
// headers, which a client can make up.
package mediatype

import (
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// SniffLength is how many bytes from the start of a file Sniff needs (mimetype's own default).
const SniffLength = 3072

// Limits of photos that are shown by their preview. Larger ones, which no phone makes, are refused at upload.
const (
	MaxPhotoPixels = 240_000_000
	MaxPhotoSize   = 64 << 20 // in bytes
)

// Kind is the API's number for images and videos (contract, section 2); 0 is neither.
type Kind int

// The kinds.
const (
	Image Kind = 1
	Video Kind = 2
)

// Type is the type of a file's content. The zero Type is no media type.
type Type struct {
	Kind Kind
	// MIME is the media type: "image/jpeg".
	MIME string
	// Ext is the usual extension, with the dot: ".jpg".
	Ext string
}

// mediaTypes are all types that are accepted as images and videos. Above all, none is among them that a browser would
// execute (SVG) or that refers to other files (playlists).
var mediaTypes = []Type{
	{Image, "image/jpeg", ".jpg"},
	{Image, "image/png", ".png"},
	{Image, "image/apng", ".png"},
	{Image, "image/gif", ".gif"},
	{Image, "image/webp", ".webp"},
	{Image, "image/heic", ".heic"},
	{Image, "image/heic-sequence", ".heic"},
	{Image, "image/heif", ".heif"},
	{Image, "image/heif-sequence", ".heif"},
	{Image, "image/avif", ".avif"},
	{Video, "video/mp4", ".mp4"},
	{Video, "video/x-m4v", ".m4v"},
	{Video, "video/quicktime", ".mov"},
	{Video, "video/webm", ".webm"},
	{Video, "video/matroska", ".mkv"},
	{Video, "video/3gpp", ".3gp"},
	{Video, "video/3gpp2", ".3g2"},
}

// JPEG is the type of previews, which are made for phones that can't show a media item itself.
var JPEG = mediaTypes[0]

// Sniff returns the type of a content by its first SniffLength bytes; the zero Type if it is neither image nor video.
func Sniff(head []byte) Type {
	found := mimetype.Detect(head)
	for _, t := range mediaTypes {
		if found.Is(t.MIME) {
			return t
		}
	}
	if len(head) > 12 && string(head[4:12]) == "ftypMSNV" { // Sony's brand of MP4, which mimetype doesn't know
		return ByName(".mp4")
	}
	return Type{}
}

// ByName returns the type of a stored file, whose name was generated with the type's extension.
func ByName(name string) Type {
	for _, t := range mediaTypes {
		if t.Ext == path.Ext(name) {
			return t
		}
	}
	return Type{}
}

// ShownAsJPEG reports whether images of this type are shown by their preview, as not every phone can decode them.
func (t Type) ShownAsJPEG() bool {
	return t.MIME == "image/avif" || strings.HasPrefix(t.MIME, "image/hei")
}

// HasPreview reports whether a preview is made of files of this type: a frame of a video, or a photo as a JPEG.
func (t Type) HasPreview() bool { return t.Kind == Video || t.ShownAsJPEG() }

// PreviewName returns the name of the preview of a stored file.
func PreviewName(name string) string {
	return strings.TrimSuffix(name, path.Ext(name)) + JPEG.Ext
}
