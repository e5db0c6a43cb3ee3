// Package isobmff removes metadata from files made of boxes (ISO/IEC 14496-12, and QuickTime before it): MP4, MOV, 3GP,
// HEIF and AVIF.
package isobmff

import (
	"errors"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/metadata/internal/codec"
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

const (
	// maxBoxes is how many headers of boxes are read: more than five readings of ten hours of video in fragments of one
	// second.
	maxBoxes = 1 << 22
	// maxMediaData is how many boxes of media data a file may have.
	maxMediaData = 1 << 17
)

// cleaner cleans one file. Nothing moves, so that every offset in the file stays valid: a box to remove becomes free
// space filled with zeros.
type cleaner struct {
	edit.View
	// boxes counts the headers read so far, freed the boxes that became free space or were it.
	boxes int
	freed edit.Counter
	// mediaData are the contents of the mdat boxes, in the file's order.
	mediaData spans
	// video means that the file must have a visual track.
	video bool
	// kept is the media data that is needed to show the file; the rest of mediaData is overwritten.
	kept spans
	// lists are the boxes iinf, iloc and idat of an image, items the types of its items by ID.
	lists map[string]box
	items map[uint32]string
	// emptiedEXIF are the offsets of Exif items, which become an EXIF without fields.
	emptiedEXIF []int64
	tracks      []track
	// units is how many units of coded pictures may be read.
	units *int64
	// claimed is how many bytes were claimed so far, and shared means that some were more than once.
	claimed int64
	shared  bool
}

// errEncrypted is the error for a file that nobody could be shown.
var errEncrypted = edit.Unclean("it is encrypted")

// CleanImage cleans a HEIF or AVIF file, and refuses one larger than those of which a JPEG is made.
func CleanImage(f edit.File, size int64) error {
	if size > mediatype.MaxPhotoSize {
		return edit.Unclean("it is larger than %d MB", mediatype.MaxPhotoSize>>20)
	}
	c := &cleaner{View: edit.NewView(f, size, edit.PageSize), units: codec.UnitsOf(size)}
	return c.clean()
}

// CleanVideo cleans an MP4, QuickTime or 3GPP file.
func CleanVideo(f edit.File, size int64) error {
	c := &cleaner{View: edit.NewView(f, size, edit.PageSize), units: codec.UnitsOf(size), video: true}
	return c.clean()
}

// clean surveys the whole file before it writes anything, then overwrites media data, then applies the rules to the
// boxes.
func (c *cleaner) clean() error {
	size := c.Size
	top, err := c.survey()
	if err != nil {
		return err
	}
	c.Size = top.end // no offset may point into a trailer
	if err := c.claimAll(top); err != nil {
		return err
	}
	if err := c.checkRemoved(top); err != nil {
		return err
	}
	if err := c.eraseUnclaimed(); err != nil {
		return err
	}
	if err := c.Flush(); err != nil {
		return err
	}
	if err := c.cleanStreams(top); err != nil {
		return err
	}
	if err := c.each(box{end: top.end}, func(b box) error { return c.apply(topParts, b) }); err != nil {
		return err
	}
	if err := c.Flush(); err != nil || top.end == size {
		return err
	}
	return c.File.Truncate(top.end)
}

// layout is what a file consists of.
type layout struct {
	movie, images box   // moov, and the meta that lists image items; without a kind when missing
	fragments     bool  // it has moof boxes
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
	if t.movie.kind == "" && t.images.kind == "" { // such as a recording that was interrupted
		return t, edit.Unclean("it does not say what is in it")
	}
	return t, nil
}
