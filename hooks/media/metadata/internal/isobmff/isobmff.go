// Package isobmff removes metadata from files made of boxes (ISO/IEC 14496-12, and QuickTime before it): MP4, MOV, 3GP,
// HEIF and AVIF.
package isobmff

import (
	"errors"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

const (
	// maxBoxes is more than the boxes of ten hours of video in fragments of one second.
	maxBoxes = 1 << 20
	// maxMediaData is how many boxes of media data a file may have.
	maxMediaData = 1 << 17
)

// cleaner cleans one file. Nothing moves, so that every offset in the file stays valid: a box to remove becomes free
// space filled with zeros.
type cleaner struct {
	edit.View
	// boxes counts the headers read so far.
	boxes int
	// mediaData are the contents of the mdat boxes, in the file's order.
	mediaData []span
	// video means that the file must have a visual track, if it has any.
	video bool
	// removed is the media data to overwrite.
	removed spans
	// emptiedEXIF are the offsets of Exif items, which become an EXIF without fields.
	emptiedEXIF []int64
	tracks      []track
}

// CleanImage cleans a HEIF or AVIF file.
func CleanImage(f edit.File, size int64) error {
	c := &cleaner{View: edit.NewView(f, size, edit.PageSize)}
	return c.clean()
}

// CleanVideo cleans an MP4, QuickTime or 3GPP file.
func CleanVideo(f edit.File, size int64) error {
	c := &cleaner{View: edit.NewView(f, size, edit.PageSize), video: true}
	return c.clean()
}

// clean surveys the whole file before it writes anything, then overwrites media data, then applies the rules to the
// boxes.
func (c *cleaner) clean() error {
	size := c.Size
	top, err := c.survey()
	if err != nil || top.garbage {
		return err
	}
	c.Size = top.end // no offset may point into a trailer
	if err := c.markRemoved(top); err != nil {
		return err
	}
	for _, s := range c.removed {
		if err := c.Zero(s.at, s.end-s.at); err != nil {
			return err
		}
	}
	for _, at := range c.emptiedEXIF {
		if err := c.Overwrite(at, append([]byte{0, 0, 0, 0}, emptyEXIF...)); err != nil {
			return err
		}
	}
	if err := c.each(box{end: top.end}, func(b box) error { return c.apply(topParts, b) }); err != nil {
		return err
	}
	if top.end == size {
		return nil
	}
	return c.File.Truncate(top.end)
}

// layout is what a file consists of.
type layout struct {
	movie, images box   // moov, and the meta that lists image items; without a kind when missing
	fragments     bool  // it has moof boxes
	garbage       bool  // what follows the header is not made of boxes, so that no reader finds anything in it
	end           int64 // of the last box
}

// survey reads the headers of the top-level boxes. Bytes after them that are no box are a trailer.
func (c *cleaner) survey() (layout, error) {
	var t layout
	for t.end < c.Size {
		b, err := c.box(t.end, c.Size)
		whole := t.movie.kind != "" || t.images.kind != ""
		if err != nil {
			_, named := topParts[b.kind]
			if whole && !named && c.boxes <= maxBoxes && errors.Is(err, edit.ErrUnclean) {
				return t, nil
			}
			t.garbage = !whole && !t.fragments && len(c.mediaData) == 0 && isGarbage(b.kind) && errors.Is(err, edit.ErrUnclean)
			if t.garbage {
				return t, nil
			}
			return t, err
		}
		switch b.kind {
		case "moov":
			if t.movie.kind != "" {
				return t, edit.Unclean("it has two movies")
			}
			t.movie = b
		case "meta":
			pictures, err := c.isImageMeta(b)
			if err != nil {
				return t, err
			}
			if pictures && t.images.kind != "" {
				return t, edit.Unclean("it has two lists of items")
			}
			if pictures {
				t.images = b
			} else if err := c.refuseItems(b); err != nil {
				return t, err
			}
		case "moof":
			t.fragments = true
		case "mdat":
			if len(c.mediaData) == maxMediaData {
				return t, edit.Unclean("it is in too many pieces")
			}
			c.mediaData = append(c.mediaData, span{b.body, b.end})
		case "imda", "mini":
			return t, edit.Unclean("%s boxes are not supported", b.kind)
		}
		t.end = b.end
	}
	// A file with neither a movie nor images is an interrupted recording: it shows nothing and reveals nothing.
	return t, nil
}

// isGarbage reports whether this can't be the type of a box: types are printable ASCII characters or the copyright
// sign.
func isGarbage(kind string) bool {
	for i := range len(kind) {
		if c := kind[i]; (c < ' ' || c > '~') && c != 0xa9 {
			return true
		}
	}
	return false
}
