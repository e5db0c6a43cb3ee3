package isobmff

import (
	"bytes"
	"errors"
	"io"
)

// maxMetaSize bounds what is read of a photo's description; a phone's takes some kilobytes, its ICC profile among them.
const maxMetaSize = 4 << 20

// Description is what a HEIF or AVIF file (ISO/IEC 23008-12) says of its primary picture.
type Description struct {
	Pixels      int64       // of the largest picture in the file, tiles and masks among them
	Profile     []byte      // ICC
	Cropped     bool        // by a clean aperture
	Orientation Orientation // irot and imir, in the order in which they stand
	Sequence    bool        // no still picture, but a movie
	primary     uint32      // its number
	items       items
}

// Describe reads the boxes meta/iprp and meta/pitm. Errors are the file's fault.
func Describe(in io.ReaderAt, size int64) (*Description, error) {
	d := &Description{items: items{boxes: map[string][]byte{}}}
	found, movie := false, false
	err := eachBox(in, 0, size, func(b box) error {
		switch {
		case b.kind == "moov":
			movie = true
		case b.kind == "meta" && !found:
			found = true
			content, err := b.content(in, maxMetaSize)
			if err != nil {
				return err
			}
			return d.meta(content)
		}
		return nil
	})
	if !found && movie {
		d.Sequence = true
		return d, nil
	}
	if err != nil && !found || err != nil && d.Pixels == 0 {
		return nil, err
	}
	if d.Pixels == 0 {
		return nil, errors.New("no picture in it says its size")
	}
	return d, nil
}

// meta is a full box: four bytes of version and flags, then boxes.
func (d *Description) meta(content []byte) error {
	in := bytes.NewReader(content)
	var properties, associations []byte
	err := eachBox(in, 4, int64(len(content)), func(b box) error {
		switch b.kind {
		case "pitm":
			p := fields{rest: content[b.start:b.end]}
			if version := p.u32() >> 24; version == 0 {
				d.primary = uint32(p.u16())
			} else {
				d.primary = p.u32()
			}
		case "iinf", "iloc", "iref", "idat":
			d.items.boxes[b.kind] = content[b.start:b.end]
		case "iprp":
			return eachBox(in, b.start, b.end, func(b box) error {
				switch b.kind {
				case "ipco":
					properties = content[b.start:b.end]
				case "ipma":
					associations = append(associations, content[b.start:b.end]...)
				}
				return nil
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	var list []property
	if err := eachBox(bytes.NewReader(properties), 0, int64(len(properties)), func(b box) error {
		list = append(list, property{b.kind, properties[b.start:b.end]})
		if b.kind == "ispe" {
			p := fields{rest: properties[b.start:b.end]}
			p.u32()
			width, height := min(p.u32(), 1<<20), min(p.u32(), 1<<20) // a product that fits
			d.Pixels = max(d.Pixels, int64(width)*int64(height))
		}
		return nil
	}); err != nil {
		return err
	}
	d.items.properties, d.items.associations = list, associations
	for _, index := range propertyIndexes(d.primary, associations) {
		if index > 0 && index <= len(list) {
			d.apply(list[index-1])
		}
	}
	return nil
}

type property struct {
	kind    string
	content []byte
}

func (d *Description) apply(its property) {
	p := fields{rest: its.content}
	switch its.kind {
	case "irot":
		d.Orientation = d.Orientation.rotated(p.u8() & 3)
	case "imir":
		d.Orientation = d.Orientation.mirrored(p.u8()&1 == 1)
	case "colr":
		if kind := string(p.next(4)); kind == "prof" || kind == "rICC" {
			d.Profile = p.rest
		}
	case "clap":
		d.Cropped = true
	}
}

// propertyIndexes lists the numbers of an item's properties, from 1, in their order (23008-12, 9.3.1, ipma).
func propertyIndexes(item uint32, associations []byte) []int {
	p := fields{rest: associations}
	flags := p.u32()
	var found []int
	for range p.u32() {
		var id uint32
		if flags>>24 == 0 {
			id = uint32(p.u16())
		} else {
			id = p.u32()
		}
		for range p.u8() {
			index := 0
			if flags&1 == 0 {
				index = p.u8() & 0x7f
			} else {
				index = p.u16() & 0x7fff
			}
			if id == item {
				found = append(found, index)
			}
		}
		if p.short {
			break
		}
	}
	return found
}
