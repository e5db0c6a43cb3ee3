package metadata

import (
	"encoding/binary"
	"errors"
	"slices"
)

const (
	// maxBoxes is more than ten hours in fragments of a second have.
	maxBoxes = 1 << 20
	// maxMedia is how many boxes of media data are told apart.
	maxMedia = 1 << 17
)

// iso cleans files made of boxes (ISO/IEC 14496-12, and QuickTime before it): nothing moves, so that no offset changes;
// a box that must go becomes free space of zeros.
type iso struct {
	view
	// boxes counts those that were looked at.
	boxes int
	// media are the contents of the boxes of media data, in their order.
	media []span
	// video tells that the file is taken for one.
	video bool
	// doomed is the data that goes.
	doomed spans
	// emptied are places of EXIF data that becomes an EXIF without fields.
	emptied []int64
	tracks  []track
}

// box is a box's place: its header, its content, its end.
type box struct {
	at, body, end int64
	kind          string
}

// cleanISO cleans a picture.
func cleanISO(f File, size int64) error {
	c := &iso{view: newView(f, size, page)}
	return c.clean()
}

// cleanMovie cleans a video.
func cleanMovie(f File, size int64) error {
	c := &iso{view: newView(f, size, page), video: true}
	return c.clean()
}

func (c *iso) clean() error {
	size := c.size
	top, err := c.survey()
	if err != nil || top.noise {
		return err
	}
	c.size = top.end // nothing may lead into a trailer
	if err := c.doom(top); err != nil {
		return err
	}
	for _, s := range c.doomed {
		if err := c.zero(s.at, s.end-s.at); err != nil {
			return err
		}
	}
	for _, at := range c.emptied {
		if err := c.write(at, append([]byte{0, 0, 0, 0}, exifNothing...)); err != nil {
			return err
		}
	}
	if err := c.each(box{end: top.end}, func(b box) error { return c.apply(topParts, b) }); err != nil {
		return err
	}
	if top.end == size {
		return nil
	}
	return c.file.Truncate(top.end)
}

// top is what a file has, and where its last box ends.
type top struct {
	movie, items box
	fragments    bool
	noise        bool // behind its head the file is no boxes at all: no reader finds anything in it
	end          int64
}

// survey goes over the outermost boxes. What follows them and is none is a trailer.
func (c *iso) survey() (top, error) {
	var t top
	for t.end < c.size {
		b, err := c.box(t.end, c.size)
		whole := t.movie.kind != "" || t.items.kind != ""
		if err != nil {
			_, named := topParts[b.kind]
			if whole && !named && c.boxes <= maxBoxes && errors.Is(err, ErrUnclean) {
				return t, nil
			}
			t.noise = !whole && !t.fragments && len(c.media) == 0 && isNoise(b.kind) && errors.Is(err, ErrUnclean)
			if t.noise {
				return t, nil
			}
			return t, err
		}
		switch b.kind {
		case "moov":
			if t.movie.kind != "" {
				return t, unclean("it has two movies")
			}
			t.movie = b
		case "meta":
			pictures, err := c.pictures(b)
			if err != nil {
				return t, err
			}
			if pictures && t.items.kind != "" {
				return t, unclean("it has two lists of items")
			}
			if pictures {
				t.items = b
			} else if err := c.noItems(b); err != nil {
				return t, err
			}
		case "moof":
			t.fragments = true
		case "mdat":
			if len(c.media) == maxMedia {
				return t, unclean("it is in too many pieces")
			}
			c.media = append(c.media, span{b.body, b.end})
		case "imda", "mini":
			return t, unclean("%s boxes are not understood", b.kind)
		}
		t.end = b.end
	}
	// A file without a movie and pictures is a recording that was cut off: it shows nothing, and tells nothing.
	return t, nil
}

// isNoise tells whether no box is called so: names are four printable characters of ASCII, or the copyright sign first.
func isNoise(kind string) bool {
	for i := range len(kind) {
		if c := kind[i]; (c < ' ' || c > '~') && c != 0xa9 {
			return true
		}
	}
	return false
}

// box reads a box's header; it must end before end. Of a box that is refused the kind may be told.
func (c *iso) box(at, end int64) (box, error) {
	if c.boxes++; c.boxes > maxBoxes {
		return box{}, unclean("it has too many boxes")
	}
	if end-at < 8 {
		return box{}, unclean("a box is cut off")
	}
	b, err := c.bytes(at, 8)
	if err != nil {
		return box{}, err
	}
	found := box{at: at, body: at + 8, kind: string(b[4:8])}
	switch size := int64(binary.BigEndian.Uint32(b)); size {
	case 0: // up to the end, which only an outermost box may
		if end != c.size || found.kind == "\x00\x00\x00\x00" {
			return found, unclean("a box has no length")
		}
		found.end = end
	case 1:
		b, err := c.bytes(at, 16)
		if err != nil {
			return found, err
		}
		long := binary.BigEndian.Uint64(b[8:])
		if long > uint64(end-at) {
			return found, unclean("a box is longer than what it is in")
		}
		found.body, found.end = at+16, at+int64(long)
	default:
		found.end = at + size
	}
	if found.end < found.body || found.end > end {
		return found, unclean("a box is longer than what it is in, or shorter than its header")
	}
	return found, nil
}

// each calls do for all boxes in another. Less than a header at the end, or zeros, is padding.
func (c *iso) each(in box, do func(box) error) error {
	for at := in.body; in.end-at >= 8; {
		head, err := c.bytes(at, 8)
		if err != nil {
			return err
		}
		if binary.BigEndian.Uint64(head) == 0 {
			return nil
		}
		b, err := c.box(at, in.end)
		if err != nil {
			return err
		}
		if err := do(b); err != nil {
			return err
		}
		at = b.end
	}
	return nil
}

// find are the boxes of some kinds in another, of each at most one.
func (c *iso) find(in box, kinds ...string) (map[string]box, error) {
	found := map[string]box{}
	return found, c.each(in, func(b box) error {
		if _, twice := found[b.kind]; twice {
			return unclean("it has two boxes %s in one", b.kind)
		}
		if slices.Contains(kinds, b.kind) {
			found[b.kind] = b
		}
		return nil
	})
}

// content are the first n bytes of a box's content.
func (c *iso) content(b box, n int) ([]byte, error) {
	if int64(n) > b.end-b.body {
		return nil, unclean("a box is missing or too short")
	}
	return c.bytes(b.body, n)
}

// past is a box without the first n bytes of its content.
func (b box) past(n int64) box {
	b.body = min(b.body+n, b.end)
	return b
}

// release turns a box into free space.
func (c *iso) release(b box) error {
	if err := c.write(b.at+4, []byte("free")); err != nil {
		return err
	}
	return c.zero(b.body, b.end-b.body)
}
