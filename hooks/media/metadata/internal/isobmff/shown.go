package isobmff

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/metadata/internal/codec"
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// shownItems are the types of items that phones show and of which a JPEG can be made: HEVC and AV1, and what is composed
// of such items.
var shownItems = edit.SetOf("hvc1 av01 grid iovl iden")

// refuseUnshown refuses an image that nobody could be shown: with more pixels than are decoded, in a format that is not
// decoded, or made of JPEG files, whose metadata is not cleaned. Of a video's images, which are not shown, it refuses the
// latter.
func (c *cleaner) refuseUnshown() error {
	refuse := refuseFormat
	if c.video {
		refuse = func(kind string) error {
			if kind == itemJPEG {
				return codec.RefuseImageFiles(kind)
			}
			return nil
		}
	} else if err := c.checkImageSizes(); err != nil {
		return err
	}
	primary, err := c.primaryItem()
	if err != nil {
		return err
	}
	if err := refuse(c.items[primary]); err != nil {
		return err
	}
	return c.eachReference(c.lists["iref"], func(b box, _, to uint32) error {
		if b.kind != "dimg" && b.kind != "base" {
			return nil
		}
		return refuse(c.items[to])
	})
}

// refuseFormat refuses a picture that is an item of a type that can't be shown.
func refuseFormat(kind string) error {
	switch {
	case shownItems[kind]:
		return nil
	case kind == "":
		return edit.Unclean("it does not say which of its items is the picture")
	case kind == itemJPEG:
		return codec.RefuseImageFiles(itemJPEG)
	}
	return edit.Unclean("its picture is in the format %q, which can't be shown", kind)
}

// primaryItem returns the ID of the item that is the picture; one of no item if none is named.
func (c *cleaner) primaryItem() (uint32, error) {
	pitm := c.lists["pitm"]
	if pitm.kind == "" {
		return 0, nil
	}
	head, err := c.content(pitm, 1)
	if err != nil {
		return 0, err
	}
	fields, width := c.fields(pitm, 4), 2
	if head[0] > 0 {
		width = 4
	}
	id, err := fields.next(width)
	return uint32(id), err
}

// checkImageSizes refuses images with more pixels than are decoded, by the properties that state their sizes.
func (c *cleaner) checkImageSizes() error {
	properties, err := c.find(c.lists["iprp"], "ipco")
	if err != nil {
		return err
	}
	return c.each(properties["ipco"], func(b box) error {
		if b.kind != "ispe" {
			return nil
		}
		size, err := c.content(b, 12)
		if err != nil {
			return err
		}
		return checkPixels(int64(binary.BigEndian.Uint32(size[4:])), int64(binary.BigEndian.Uint32(size[8:])))
	})
}

// cleanAuxiliary overwrites what an image beside the picture is for, unless a standard says so (transparency, depth). Vendors' names, of
// gain maps and of the parts of a portrait, tell the maker, and nothing uses such an image without the maker's Exif.
func cleanAuxiliary(c *cleaner, b box) error {
	const standards = "urn:mpeg:"
	head, err := c.content(b, int(min(b.end-b.body, 4+int64(len(standards)))))
	if err != nil || len(head) > 4 && string(head[4:]) == standards {
		return err
	}
	return blank(4, -1)(c, b)
}

// checkPixels refuses pictures of that size, if none so large is decoded.
func checkPixels(width, height int64) error {
	if height > 0 && width > mediatype.MaxPhotoPixels/height {
		return edit.Unclean("it has %d x %d pixels", width, height)
	}
	return nil
}
