package isobmff

import "github.com/privet/privet/hooks/media/metadata/internal/edit"

// itemJPEG is the type of items that are JPEG files, with metadata of their own. Cameras add one as a thumbnail. It goes
// like an EXIF: its data is overwritten, and it becomes an EXIF without fields, which describes the image.
const itemJPEG = "jpeg"

// eachReference calls do for each reference between items, from one to another, with the box that it is in (ISO/IEC
// 14496-12, 8.11.12).
func (c *cleaner) eachReference(iref box, do func(b box, from, to uint32) error) error {
	if iref.kind == "" {
		return nil
	}
	head, err := c.content(iref, 4)
	if err != nil {
		return err
	}
	width := 2
	if head[0] > 0 {
		width = 4
	}
	return c.each(iref.skip(4), func(b box) error {
		fields := c.fields(b, 0)
		from, err := fields.next(width)
		if err != nil {
			return err
		}
		count, err := fields.next(2)
		if err != nil {
			return err
		}
		for range count {
			to, err := fields.next(width)
			if err != nil {
				return edit.Unclean("a list of references is cut off")
			}
			if err := do(b, uint32(from), uint32(to)); err != nil {
				return err
			}
		}
		return nil
	})
}

// cleanReferences makes each reference from a JPEG one from a description of the image.
func cleanReferences(c *cleaner, iref box) error {
	return c.eachReference(iref, func(b box, from, _ uint32) error {
		if c.items[from] != itemJPEG {
			return nil
		}
		return c.Overwrite(b.at+4, []byte("cdsc"))
	})
}
