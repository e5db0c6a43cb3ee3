package isobmff

import (
	"encoding/binary"
	"slices"
)

// singleImageFile returns a HEIC file with one image of this coded content: a tile, or a whole image. It gets the
// image's own properties that a decoder needs, and the colour space (nclx) of the image it is part of when it has
// none itself. It gets no orientation: that is applied to the composed image.
func singleImageFile(content []byte, own, whole []property) []byte {
	var properties [][]byte
	associations := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0}
	add := func(p property) {
		properties = append(properties, makeBox(p.kind, p.content))
		essential := byte(0)
		if p.kind == "hvcC" {
			essential = 0x80
		}
		associations = append(associations, essential|byte(len(properties)))
	}
	for _, p := range own {
		if p.kind == "hvcC" || p.kind == "ispe" || p.kind == "pixi" || isColour(p) {
			add(p)
		}
	}
	if i := slices.IndexFunc(whole, isColour); i >= 0 && !slices.ContainsFunc(own, isColour) {
		add(whole[i])
	}
	associations[10] = byte(len(properties))
	head := makeBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	meta := func(start int) []byte {
		place := binary.BigEndian.AppendUint32([]byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, uint32(start))
		return makeBox("meta", make([]byte, 4),
			makeBox("hdlr", make([]byte, 8), []byte("pict"), make([]byte, 13)),
			makeBox("pitm", []byte{0, 0, 0, 0, 0, 1}),
			makeBox("iloc", place, binary.BigEndian.AppendUint32(nil, uint32(len(content)))),
			makeBox("iinf", []byte{0, 0, 0, 0, 0, 1}, makeBox("infe", []byte{2, 0, 0, 0, 0, 1, 0, 0}, []byte("hvc1\x00"))),
			makeBox("iprp", makeBox("ipco", properties...), makeBox("ipma", associations)))
	}
	start := len(head) + len(meta(0)) + 8
	return slices.Concat(head, meta(start), makeBox("mdat", content))
}

// isColour reports whether a property is a colour space by its numbers in ITU-T H.273.
func isColour(p property) bool {
	return p.kind == "colr" && len(p.content) > 4 && string(p.content[:4]) == "nclx"
}
