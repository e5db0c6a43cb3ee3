package isobmff

import (
	"bytes"
	"errors"
	"io"
)

// maxMetaSize bounds the meta box that is read; a phone's has some kilobytes, including an ICC profile.
const maxMetaSize = 4 << 20

// Description is what a HEIF or AVIF file (ISO/IEC 23008-12) says about its primary image.
type Description struct {
	Pixels      int64       // of the largest image in the file, tiles and masks included
	Profile     []byte      // ICC; nil if there is none
	Cropped     bool        // by a clean aperture (clap)
	Orientation Orientation // irot and imir, combined in their order
	Sequence    bool        // it has no image, but a movie
	primary     uint32      // item ID
	items       items
}

// Describe reads the description of a file of that size. Any error is the file's fault.
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

// meta reads the content of a meta box, a full box: four bytes of version and flags, then boxes.
func (d *Description) meta(content []byte) error {
	in := bytes.NewReader(content)
	var properties, associations []byte
	err := eachBox(in, 4, int64(len(content)), func(b box) error {
		switch b.kind {
		case "pitm":
			r := fieldReader{rest: content[b.start:b.end]}
			if version := r.u32() >> 24; version == 0 {
				d.primary = uint32(r.u16())
			} else {
				d.primary = r.u32()
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
			r := fieldReader{rest: properties[b.start:b.end]}
			r.u32()
			width, height := min(r.u32(), 1<<20), min(r.u32(), 1<<20) // so that the product fits
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

// property is a property of an item, a box within ipco.
type property struct {
	kind    string
	content []byte
}

// apply takes a property of the primary image into account.
func (d *Description) apply(p property) {
	r := fieldReader{rest: p.content}
	switch p.kind {
	case "irot":
		d.Orientation = d.Orientation.rotated(r.u8() & 3)
	case "imir":
		d.Orientation = d.Orientation.mirrored(r.u8()&1 == 1)
	case "colr":
		if kind := string(r.next(4)); kind == "prof" || kind == "rICC" {
			d.Profile = r.rest
		}
	case "clap":
		d.Cropped = true
	}
}

// propertyIndexes returns the indexes, from 1, of an item's properties in their order (ipma: 23008-12, 9.3.1).
func propertyIndexes(item uint32, associations []byte) []int {
	r := fieldReader{rest: associations}
	flags := r.u32()
	var found []int
	for range r.u32() {
		var id uint32
		if flags>>24 == 0 {
			id = uint32(r.u16())
		} else {
			id = r.u32()
		}
		for range r.u8() {
			index := 0
			if flags&1 == 0 {
				index = r.u8() & 0x7f
			} else {
				index = r.u16() & 0x7fff
			}
			if id == item {
				found = append(found, index)
			}
		}
		if r.short {
			break
		}
	}
	return found
}
