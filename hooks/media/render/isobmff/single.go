package isobmff

import (
	"encoding/binary"
	"slices"
)

// singleImageFile returns a HEIC file with one tile in it. It gets the tile's properties, and of the whole's the meaning of its colours
// when the tile says nothing of that; turning is the whole's matter.
func singleImageFile(content []byte, its, whole []property) []byte {
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
	colours := func(p property) bool {
		return p.kind == "colr" && len(p.content) > 4 && string(p.content[:4]) == "nclx"
	}
	for _, p := range its {
		if p.kind == "hvcC" || p.kind == "ispe" || p.kind == "pixi" || colours(p) {
			add(p)
		}
	}
	if i := slices.IndexFunc(whole, colours); i >= 0 && !slices.ContainsFunc(its, colours) {
		add(whole[i])
	}
	associations[10] = byte(len(properties))
	head := makeBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	meta := func(start int) []byte {
		place := append([]byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, binary.BigEndian.AppendUint32(nil, uint32(start))...)
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
