package isobmff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// items are the items of a HEIF file (ISO/IEC 23008-12 and 14496-12, 8.11), images and others: where their data is,
// from which other items they are derived, and their properties.
type items struct {
	boxes        map[string][]byte // contents of iinf, iloc, iref and idat
	properties   []property
	associations []byte // ipma's content
}

// MaxFileSize bounds the size of a photo, and so of each item in it, which is read into memory.
const MaxFileSize = 64 << 20

// ErrItems means that the items of a HEIF file contradict each other.
var ErrItems = errors.New("its items don't fit together")

// typeOf returns an item's type, such as "grid" or "hvc1"; "" when there is no such item.
func (i items) typeOf(item uint32) string {
	list := i.boxes["iinf"]
	r := fieldReader{rest: list}
	head := int64(6)
	if r.u32()>>24 != 0 {
		head = 8
	}
	found := ""
	_ = eachBox(bytes.NewReader(list), head, int64(len(list)), func(b box) error {
		r := fieldReader{rest: list[b.start:b.end]}
		var id uint32
		switch r.u32() >> 24 {
		case 2:
			id = uint32(r.u16())
		case 3:
			id = r.u32()
		default:
			return nil
		}
		r.u16()
		if id == item {
			found = string(r.next(4))
		}
		return nil
	})
	return found
}

// sourcesOf returns the items that an item is derived from, in their order.
func (i items) sourcesOf(item uint32) []uint32 {
	list := i.boxes["iref"]
	r := fieldReader{rest: list}
	size := 2
	if r.u32()>>24 != 0 {
		size = 4
	}
	var found []uint32
	_ = eachBox(bytes.NewReader(list), 4, int64(len(list)), func(b box) error {
		r := fieldReader{rest: list[b.start:b.end]}
		if b.kind != "dimg" || uint32(r.uint(size)) != item {
			return nil
		}
		for range r.u16() {
			if id := uint32(r.uint(size)); !r.short {
				found = append(found, id)
			}
		}
		return nil
	})
	return found
}

// locations returns where the data of each item is.
func (i items) locations() map[uint32]location {
	r := fieldReader{rest: i.boxes["iloc"]}
	version := r.u32() >> 24
	sizes := r.u16()
	offset, length, base, index := sizes>>12, sizes>>8&15, sizes>>4&15, sizes&15
	id := 2
	if version > 1 {
		id = 4
	}
	all := map[uint32]location{}
	for range r.uint(id) {
		item, l := uint32(r.uint(id)), location{}
		if version > 0 {
			l.inIdat = r.u16()&15 == 1
		}
		r.u16()
		from := r.uint(base)
		for range r.u16() {
			if version > 0 {
				r.uint(index)
			}
			l.extents = append(l.extents, [2]uint64{from + r.uint(offset), r.uint(length)})
			if r.short {
				break
			}
		}
		if r.short {
			return all
		}
		all[item] = l
	}
	return all
}

// location is where the data of an item is: pieces of the file, or of the idat box.
type location struct {
	inIdat  bool
	extents [][2]uint64 // offset and length
}

// read reads an item's data, at most MaxFileSize.
func (i items) read(in io.ReaderAt, l location) ([]byte, error) {
	if l.inIdat {
		in = bytes.NewReader(i.boxes["idat"])
	}
	var content []byte
	for _, extent := range l.extents {
		if extent[0] > 1<<62 || extent[1] > uint64(MaxFileSize-len(content)) {
			return nil, ErrItems
		}
		content = slices.Grow(content, int(extent[1]))
		start := len(content)
		content = content[:start+int(extent[1])]
		if _, err := in.ReadAt(content[start:], int64(extent[0])); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrItems, err)
		}
	}
	return content, nil
}

// propertiesOf returns the properties of an item.
func (i items) propertiesOf(item uint32) []property {
	var found []property
	for _, index := range propertyIndexes(item, i.associations) {
		if index > 0 && index <= len(i.properties) {
			found = append(found, i.properties[index-1])
		}
	}
	return found
}
