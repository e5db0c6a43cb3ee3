package metadata

import (
	"errors"
	"strings"
)

// pictureCodes are the codes of formats whose samples are whole picture files, in small letters: JPEG's under its many
// makers' names, JPEG 2000, PNG, TIFF, GIF (Apple's and Microsoft's lists, FFmpeg's isom_tags.c and riff.c).
var pictureCodes = setOf("jpeg mjpa mjpb mjpg avdj avrn dmb1 jpg ljpg jr24 ijpg acdv qivg slmj cjpg ijlv mvjp avi1 avi2 mtsj zjpg " +
	"mmjp mjls jpgl mjp2 mj2c lj2c lj2k ipj2 avj2 png mpng png1 tiff gif")

// isPictureFile tells whether a format of a track has a picture file in each sample.
func isPictureFile(code string) bool {
	return pictureCodes[strings.TrimRight(strings.ToLower(code), " \x00")]
}

// pictureFiles refuses a format whose samples are picture files: each may have an EXIF of its own that says where it was
// made, and nothing of the samples is read here.
func pictureFiles(format string) error {
	return unclean("its pictures are files in the format %q, which have metadata of their own", strings.TrimRight(format, " \x00"))
}

// Tags and object types of MPEG-4's descriptors (ISO/IEC 14496-1, 7.2.6).
const (
	descriptorES      = 3
	descriptorDecoder = 4

	objectJPEG     = 0x6c
	objectPNG      = 0x6d
	objectJPEG2000 = 0x6e
)

// noPictureFiles refuses a description by MPEG-4 that says so of the samples. One that is cut off before it names a
// format tells a decoder nothing.
func noPictureFiles(c *iso, b box) error {
	object, err := objectType(c.numbers(b, 4))
	if err != nil && !errors.Is(err, ErrUnclean) {
		return err
	}
	switch object {
	case objectJPEG, objectPNG, objectJPEG2000:
		return pictureFiles("mp4v")
	}
	return nil
}

// objectType is the format that the descriptors in a box esds name.
func objectType(n *numbers) (uint64, error) {
	tag, err := descriptor(n)
	if err != nil {
		return 0, err
	}
	n.at += 2 // the stream's number
	if tag == descriptorES {
		flags, err := n.read(1)
		if err != nil {
			return 0, err
		}
		if flags&0x80 != 0 { // another stream's number
			n.at += 2
		}
		if flags&0x40 != 0 { // an address
			length, err := n.read(1)
			if err != nil {
				return 0, err
			}
			n.at += int64(length)
		}
		if flags&0x20 != 0 { // a clock's number
			n.at += 2
		}
	}
	if tag, err = descriptor(n); err != nil || tag != descriptorDecoder {
		return 0, err
	}
	return n.read(1)
}

// descriptor reads a descriptor's head, a tag and a length of up to four bytes, and tells the tag.
func descriptor(n *numbers) (tag uint64, err error) {
	if tag, err = n.read(1); err != nil {
		return 0, err
	}
	for range 4 {
		length, err := n.read(1)
		if err != nil || length&0x80 == 0 {
			return tag, err
		}
	}
	return tag, nil
}
