package render

import (
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

var errItems = errors.New("its items don't fit together")

// kind is an item's type, such as "grid" or "hvc1"; "" when it isn't there.
func (i items) kind(item uint32) string {
	list := i.boxes["iinf"]
	p := parser{rest: list}
	head := int64(6)
	if p.u32()>>24 != 0 {
		head = 8
	}
	found := ""
	_ = eachBox(section(list), head, int64(len(list)), func(b box) error {
		p := parser{rest: list[b.start:b.end]}
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
			found = string(p.take(4))
		}
		return nil
	})
	return found
}

// parts are the items that an item is derived from, in their order.
func (i items) parts(item uint32) []uint32 {
	list := i.boxes["iref"]
	p := parser{rest: list}
	size := 2
	if p.u32()>>24 != 0 {
		size = 4
	}
	var found []uint32
	_ = eachBox(section(list), 4, int64(len(list)), func(b box) error {
		p := parser{rest: list[b.start:b.end]}
		if b.kind != "dimg" || uint32(p.sized(size)) != item {
			return nil
		}
		for range p.u16() {
			if id := uint32(p.sized(size)); !p.short {
				found = append(found, id)
			}
		}
		return nil
	})
	return found
}

// locations are the pieces of the file, or of the idat box, that make up each item.
func (i items) locations() map[uint32]location {
	p := parser{rest: i.boxes["iloc"]}
	version := p.u32() >> 24
	sizes := p.u16()
	offset, length, base, index := sizes>>12, sizes>>8&15, sizes>>4&15, sizes&15
	id := 2
	if version > 1 {
		id = 4
	}
	all := map[uint32]location{}
	for range p.sized(id) {
		item, l := uint32(p.sized(id)), location{}
		if version > 0 {
			l.within = p.u16()&15 == 1
		}
		p.u16()
		from := p.sized(base)
		for range p.u16() {
			if version > 0 {
				p.sized(index)
			}
			l.pieces = append(l.pieces, [2]uint64{from + p.sized(offset), p.sized(length)})
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
	within bool // the idat box
	pieces [][2]uint64
}

// read reads an item of at most photoBytes.
func (i items) read(in io.ReaderAt, l location) ([]byte, error) {
	if l.within {
		in = section(i.boxes["idat"])
	}
	var content []byte
	for _, piece := range l.pieces {
		if piece[0] > 1<<62 || piece[1] > uint64(photoBytes-len(content)) {
			return nil, errItems
		}
		content = slices.Grow(content, int(piece[1]))
		start := len(content)
		content = content[:start+int(piece[1])]
		if _, err := in.ReadAt(content[start:], int64(piece[0])); err != nil {
			return nil, fmt.Errorf("%w: %w", errItems, err)
		}
	}
	return content, nil
}

// described are the properties of an item.
func (i items) described(item uint32) []property {
	var found []property
	for _, index := range propertiesOf(item, i.associations) {
		if index > 0 && index <= len(i.properties) {
			found = append(found, i.properties[index-1])
		}
	}
	return found
}
