// Package isobmff removes metadata from files made of boxes (ISO/IEC 14496-12, and QuickTime before it): MP4, MOV, 3GP,
// HEIF and AVIF.
package isobmff

import (
	"errors"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

const (
	// maxBoxes is more than ten hours in fragments of a second have.
	maxBoxes = 1 << 20
	// maxMedia is how many boxes of media data are told apart.
	maxMedia = 1 << 17
)

// cleaner cleans files made of boxes (ISO/IEC 14496-12, and QuickTime before it): nothing moves, so that no offset changes;
// a box that must go becomes free space of zeros.
type cleaner struct {
	edit.View
	// boxes counts those that were looked at.
	boxes int
	// mediaData are the contents of the boxes of media data, in their order.
	mediaData []span
	// video tells that the file is taken for one.
	video bool
	// removed is the data that goes.
	removed spans
	// emptiedEXIF are places of EXIF data that becomes an EXIF without fields.
	emptiedEXIF []int64
	tracks      []track
}

// CleanImage cleans a picture.
func CleanImage(f edit.File, size int64) error {
	c := &cleaner{View: edit.NewView(f, size, edit.PageSize)}
	return c.clean()
}

// CleanVideo cleans a video.
func CleanVideo(f edit.File, size int64) error {
	c := &cleaner{View: edit.NewView(f, size, edit.PageSize), video: true}
	return c.clean()
}

func (c *cleaner) clean() error {
	size := c.Size
	top, err := c.survey()
	if err != nil || top.garbage {
		return err
	}
	c.Size = top.end // nothing may lead into a trailer
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

// layout is what a file has, and where its last box ends.
type layout struct {
	movie, images box
	fragments     bool
	garbage       bool // behind its head the file is no boxes at all: no reader finds anything in it
	end           int64
}

// survey goes over the outermost boxes. What follows them and is none is a trailer.
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
			if len(c.mediaData) == maxMedia {
				return t, edit.Unclean("it is in too many pieces")
			}
			c.mediaData = append(c.mediaData, span{b.body, b.end})
		case "imda", "mini":
			return t, edit.Unclean("%s boxes are not understood", b.kind)
		}
		t.end = b.end
	}
	// A file without a movie and pictures is a recording that was cut off: it shows nothing, and tells nothing.
	return t, nil
}

// isGarbage tells whether no box is called so: names are four printable characters of ASCII, or the copyright sign first.
func isGarbage(kind string) bool {
	for i := range len(kind) {
		if c := kind[i]; (c < ' ' || c > '~') && c != 0xa9 {
			return true
		}
	}
	return false
}
