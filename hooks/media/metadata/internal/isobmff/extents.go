package isobmff

import "github.com/privet/privet/hooks/media/metadata/internal/edit"

// extent is a piece of an item's data.
type extent struct {
	span
	// inIdat: it lies in the idat box, not in mdat; external: in another file, or it is derived from another item.
	inIdat, external bool
	first            bool
}

// eachExtent calls do for all pieces of items, which an iloc box lists (ISO/IEC 14496-12, 8.11.3).
func (c *cleaner) eachExtent(do func(id uint32, e extent) error) error {
	iloc, idat := c.lists["iloc"], c.lists["idat"]
	if iloc.kind == "" {
		return nil
	}
	n := c.table(iloc, 0)
	var failed error
	read := func(width int) uint64 {
		value, err := n.next(width)
		if failed == nil {
			failed = err
		}
		return value
	}
	version := read(1)
	read(1)
	read(2)
	widths := read(2)
	offsetWidth, lengthWidth, baseWidth, indexWidth := int(widths>>12), int(widths>>8&15), int(widths>>4&15), int(widths&15)
	wide, indexed := 2, version == 1 || version == 2
	if version == 2 {
		wide = 4
	}
	if !indexed {
		indexWidth = 0
	}
	if version > 2 {
		return edit.Unclean("the version of its item locations is not supported")
	}
	count := 0
	for range read(wide) {
		id := uint32(read(wide))
		method := uint64(0)
		if indexed {
			method = read(2) & 15
		}
		reference := read(2)
		base := read(baseWidth)
		for i := range read(2) {
			if count++; count > maxExtents {
				return edit.Unclean("its items are in too many pieces")
			}
			read(indexWidth)
			offset, length := read(offsetWidth), read(lengthWidth)
			if failed != nil {
				return failed
			}
			e := extent{inIdat: method == 1, external: method > 1 || reference != 0, first: i == 0}
			if !e.external {
				var err error
				if e.span, err = c.locate(method, base, offset, length, idat); err != nil {
					return err
				}
			}
			if err := do(id, e); err != nil {
				return err
			}
		}
		if failed != nil {
			return failed
		}
	}
	return failed
}

// locate returns where a piece is in the file, by its construction method and offsets.
func (c *cleaner) locate(method, base, offset, length uint64, idat box) (span, error) {
	from, end := uint64(0), uint64(c.Size)
	if method == 1 {
		from, end = uint64(idat.body), uint64(idat.end)
	}
	room := end - from
	if base > room || offset > room-base || length > room-base-offset {
		return span{}, edit.Unclean("an item is not in the file")
	}
	at := int64(from + base + offset)
	return span{at, at + int64(length)}, nil
}
