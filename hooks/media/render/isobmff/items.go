package isobmff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// items are the pictures within a HEIF file (ISO/IEC 23008-12 and 14496-12, 8.11): where their bytes lie, of which
// others they are made and what describes them.
type items struct {
	boxes        map[string][]byte // contents of iinf, iloc, iref and idat
	properties   []property
	associations []byte // ipma's content
}

// MaxFileSize bounds a photo, as an item of which the whole file may be read into memory.
const MaxFileSize = 32 << 20

// ErrItems says that the items of a HEIF file contradict each other.
var ErrItems = errors.New("its items don't fit together")

// typeOf is an item's type, such as "grid" or "hvc1"; "" when it isn't there.
func (i items) typeOf(item uint32) string {
	list := i.boxes["iinf"]
	p := fields{rest: list}
	head := int64(6)
	if p.u32()>>24 != 0 {
		head = 8
	}
	found := ""
	_ = eachBox(bytes.NewReader(list), head, int64(len(list)), func(b box) error {
		p := fields{rest: list[b.start:b.end]}
		var id uint32
		switch p.u32() >> 24 {
		case 2:
			id = uint32(p.u16())
		case 3:
			id = p.u32()
		default:
			return nil
		}
		p.u16()
		if id == item {
			found = string(p.next(4))
		}
		return nil
	})
	return found
}

// sourcesOf are the items that an item is derived from, in their order.
func (i items) sourcesOf(item uint32) []uint32 {
	list := i.boxes["iref"]
	p := fields{rest: list}
	size := 2
	if p.u32()>>24 != 0 {
		size = 4
	}
	var found []uint32
	_ = eachBox(bytes.NewReader(list), 4, int64(len(list)), func(b box) error {
		p := fields{rest: list[b.start:b.end]}
		if b.kind != "dimg" || uint32(p.uint(size)) != item {
			return nil
		}
		for range p.u16() {
			if id := uint32(p.uint(size)); !p.short {
				found = append(found, id)
			}
		}
		return nil
	})
	return found
}

// locations are the pieces of the file, or of the idat box, that make up each item.
func (i items) locations() map[uint32]location {
	p := fields{rest: i.boxes["iloc"]}
	version := p.u32() >> 24
	sizes := p.u16()
	offset, length, base, index := sizes>>12, sizes>>8&15, sizes>>4&15, sizes&15
	id := 2
	if version > 1 {
		id = 4
	}
	all := map[uint32]location{}
	for range p.uint(id) {
		item, l := uint32(p.uint(id)), location{}
		if version > 0 {
			l.inIdat = p.u16()&15 == 1
		}
		p.u16()
		from := p.uint(base)
		for range p.u16() {
			if version > 0 {
				p.uint(index)
			}
			l.extents = append(l.extents, [2]uint64{from + p.uint(offset), p.uint(length)})
			if p.short {
				break
			}
		}
		if p.short {
			return all
		}
		all[item] = l
	}
	return all
}

type location struct {
	inIdat  bool // the idat box
	extents [][2]uint64
}

// read reads an item of at most MaxFileSize.
func (i items) read(in io.ReaderAt, l location) ([]byte, error) {
	if l.inIdat {
		in = bytes.NewReader(i.boxes["idat"])
	}
	var content []byte
	for _, piece := range l.extents {
		if piece[0] > 1<<62 || piece[1] > uint64(MaxFileSize-len(content)) {
			return nil, ErrItems
		}
		content = slices.Grow(content, int(piece[1]))
		start := len(content)
		content = content[:start+int(piece[1])]
		if _, err := in.ReadAt(content[start:], int64(piece[0])); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrItems, err)
		}
	}
	return content, nil
}

// propertiesOf are the properties of an item.
func (i items) propertiesOf(item uint32) []property {
	var found []property
	for _, index := range propertyIndexes(item, i.associations) {
		if index > 0 && index <= len(i.properties) {
			found = append(found, i.properties[index-1])
		}
	}
	return found
}
