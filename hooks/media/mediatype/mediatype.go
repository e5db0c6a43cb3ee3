// Package mediatype tells what kind of picture or video a content is. Names and Content-Type headers, which a client makes
// up, have no say.
package mediatype

import (
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// SniffLength is how many bytes of a file tell its type (mimetype's own default).
const SniffLength = 3072

// Kind is what a medium is, by the number the API gives it (contract, section 2); zero is neither.
type Kind int

// The kinds.
const (
	Image Kind = 1
	Video Kind = 2
)

// Type is the type of a file's content.
type Type struct {
	Kind Kind
	// MIME is its media type: "image/jpeg".
	MIME string
	// Ext is the usual extension, with the dot: ".jpg".
	Ext string
}

// mediaTypes are all contents that count as picture or video. Anything else doesn't, above all what a browser would
// execute (SVG) or what names other files (playlists).
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

// JPEG is what pictures are made as for phones that can't show a medium itself.
var JPEG = mediaTypes[0]

// Sniff tells the type of a content by its first bytes; of a content that is no medium the zero Type.
func Sniff(head []byte) Type {
	found := mimetype.Detect(head)
	for _, t := range mediaTypes {
		if found.Is(t.MIME) {
			return t
		}
	}
	if len(head) > 12 && string(head[4:12]) == "ftypMSNV" { // Sony's brand of MP4, which mimetype does not know
		return OfName(".mp4")
	}
	return Type{}
}

// OfName is the type of a stored file, whose name was made with the type's extension.
func OfName(name string) Type {
	for _, t := range mediaTypes {
		if t.Ext == path.Ext(name) {
			return t
		}
	}
	return Type{}
}

// ShownByJPEG tells whether pictures of this type are shown as a JPEG beside them, since not every phone knows them.
func (t Type) ShownByJPEG() bool {
	return t.MIME == "image/avif" || strings.HasPrefix(t.MIME, "image/hei")
}

// HasStill tells whether a JPEG is made of media of this type: a still of a video, or a photo that is ShownByJPEG.
func (t Type) HasStill() bool { return t.Kind == Video || t.ShownByJPEG() }

// StillName is the name of the JPEG made of a stored file.
func StillName(name string) string {
	return strings.TrimSuffix(name, path.Ext(name)) + JPEG.Ext
}
