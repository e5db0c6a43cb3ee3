package isobmff

import (
	"encoding/binary"
	"slices"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// box is a box with the offsets of its header, its content and its end. A box that is missing has no kind.
type box struct {
	at, body, end int64
	kind          string
}

// box reads the header of the box at an offset, which must end before end. With an error the kind may be set, too.
func (c *cleaner) box(at, end int64) (box, error) {
	if c.boxes++; c.boxes > maxBoxes {
		return box{}, edit.Unclean("it has too many boxes")
	}
	if end-at < 8 {
		return box{}, edit.Unclean("a box is cut off")
	}
	b, err := c.Bytes(at, 8)
	if err != nil {
		return box{}, err
	}
	found := box{at: at, body: at + 8, kind: string(b[4:8])}
	switch size := int64(binary.BigEndian.Uint32(b)); size {
	case 0: // up to the end of the file, which only a top-level box may be
		if end != c.Size || found.kind == "\x00\x00\x00\x00" {
			return found, edit.Unclean("a box has no length")
		}
		found.end = end
	case 1:
		b, err := c.Bytes(at, 16)
		if err != nil {
			return found, err
		}
		long := binary.BigEndian.Uint64(b[8:])
		if long > uint64(end-at) && end == c.Size {
			return found, edit.ErrTruncated
		}
		if long > uint64(end-at) {
			return found, edit.Unclean("a box is longer than what it is in")
		}
		found.body, found.end = at+16, at+int64(long)
	default:
		found.end = at + size
	}
	if found.end > end && end == c.Size {
		return found, edit.ErrTruncated
	}
	if found.end < found.body || found.end > end {
		return found, edit.Unclean("a box is longer than what it is in, or shorter than its header")
	}
	return found, nil
}

// each calls do for all boxes in another. Zeros, or fewer bytes than a header, are padding and end them.
func (c *cleaner) each(in box, do func(box) error) error {
	for at := in.body; in.end-at >= 8; {
		head, err := c.Bytes(at, 8)
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

// find returns the boxes of the given kinds in another, by kind. It refuses two of the same kind, of whichever: readers
// differ in which one they use.
func (c *cleaner) find(in box, kinds ...string) (map[string]box, error) {
	found := map[string]box{}
	return found, c.each(in, func(b box) error {
		if _, twice := found[b.kind]; twice {
			return edit.Unclean("it has two boxes %s in one", b.kind)
		}
		if slices.Contains(kinds, b.kind) {
			found[b.kind] = b
		}
		return nil
	})
}

// content returns the first n bytes of a box's content.
func (c *cleaner) content(b box, n int) ([]byte, error) {
	if int64(n) > b.end-b.body {
		return nil, edit.Unclean("a box is missing or too short")
	}
	return c.Bytes(b.body, n)
}

// skip returns the box without the first n bytes of its content.
func (b box) skip(n int64) box {
	b.body = min(b.body+n, b.end)
	return b
}

// free turns a box into free space filled with zeros.
func (c *cleaner) free(b box) error {
	if err := c.freed.Add("boxes that are not needed"); err != nil {
		return err
	}
	if err := c.Overwrite(b.at+4, []byte("free")); err != nil {
		return err
	}
	return c.Zero(b.body, b.end-b.body)
}
