// Package codec knows what the codecs of audio and video tracks may hide in their own data, whatever the container.
package codec

import (
	"strings"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// imageCodes are the FourCCs, in lower case, of formats whose samples are complete image files: JPEG under the names
// of its many vendors, JPEG 2000, PNG, TIFF, GIF (Apple's and Microsoft's lists, FFmpeg's isom_tags.c and riff.c).
var imageCodes = edit.SetOf("jpeg mjpa mjpb mjpg avdj avrn dmb1 jpg ljpg jr24 ijpg acdv qivg slmj cjpg ijlv mvjp avi1 avi2 mtsj zjpg " +
	"mmjp mjls jpgl mjp2 mj2c lj2c lj2k ipj2 avj2 png mpng png1 tiff gif")

// IsImageFile reports whether each sample of a track in this format is a complete image file.
func IsImageFile(code string) bool {
	return imageCodes[strings.TrimRight(strings.ToLower(code), " \x00")]
}

// RefuseImageFiles returns the error for a format whose samples are image files: each may have an EXIF of its own, with
// a position, and samples are never parsed here.
func RefuseImageFiles(format string) error {
	return edit.Unclean("its pictures are files in the format %q, which have metadata of their own", strings.TrimRight(format, " \x00"))
}
