package isobmff

import (
	"errors"

	"github.com/privet/privet/hooks/media/metadata/internal/codec"
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// Tags and object types of MPEG-4 descriptors (ISO/IEC 14496-1, 7.2.6).
const (
	descriptorES      = 3
	descriptorDecoder = 4

	objectJPEG     = 0x6c
	objectPNG      = 0x6d
	objectJPEG2000 = 0x6e
)

// refuseImageObjects refuses an esds box by which the samples are image files. One that ends before it names a format
// is of no use to a decoder, and no reason to refuse the file.
func refuseImageObjects(c *cleaner, b box) error {
	object, err := readObjectType(c.fields(b, 4))
	if err != nil && !errors.Is(err, edit.ErrUnclean) {
		return err
	}
	switch object {
	case objectJPEG, objectPNG, objectJPEG2000:
		return codec.RefuseImageFiles("mp4v")
	}
	return nil
}

// readObjectType returns the format (object type) named by the descriptors of an esds box; 0 if none.
func readObjectType(n tableReader) (uint64, error) {
	tag, err := readDescriptor(&n)
	if err != nil {
		return 0, err
	}
	n.at += 2 // the stream's ID
	if tag == descriptorES {
		flags, err := n.next(1)
		if err != nil {
			return 0, err
		}
		if flags&0x80 != 0 { // the ID of a stream it depends on
			n.at += 2
		}
		if flags&0x40 != 0 { // a URL
			length, err := n.next(1)
			if err != nil {
				return 0, err
			}
			n.at += int64(length)
		}
		if flags&0x20 != 0 { // the ID of a clock stream
			n.at += 2
		}
	}
	if tag, err = readDescriptor(&n); err != nil || tag != descriptorDecoder {
		return 0, err
	}
	return n.next(1)
}

// readDescriptor reads a descriptor's header, a tag and a length of up to four bytes, and returns the tag.
func readDescriptor(n *tableReader) (tag uint64, err error) {
	if tag, err = n.next(1); err != nil {
		return 0, err
	}
	for range 4 {
		length, err := n.next(1)
		if err != nil || length&0x80 == 0 {
			return tag, err
		}
	}
	return tag, nil
}
