package testkit

import (
	"encoding/binary"
	"slices"
)

// HEIC returns an upload that is a HEIC photo as far as its boxes say: of that size, with a coded picture that no
// decoder accepts.
func HEIC(width, height uint32) File {
	u32 := func(values ...uint32) (all []byte) {
		for _, value := range values {
			all = binary.BigEndian.AppendUint32(all, value)
		}
		return all
	}
	box := func(kind string, parts ...[]byte) []byte {
		content := slices.Concat(parts...)
		return slices.Concat(u32(uint32(8+len(content))), []byte(kind), content)
	}
	head := box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	meta := func(at int) []byte {
		return box("meta", u32(0), box("hdlr", u32(0, 0), []byte("pict"), make([]byte, 13)), box("pitm", u32(0), []byte{0, 1}),
			box("iloc", u32(0), []byte{0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, u32(uint32(at), 8)),
			box("iinf", u32(0), []byte{0, 1}, box("infe", u32(2<<24), []byte{0, 1, 0, 0}, []byte("hvc1\x00"))),
			box("iprp", box("ipco", box("ispe", u32(0, width, height))), box("ipma", u32(0, 1), []byte{0, 1, 1, 0x81})))
	}
	// One unit of HEVC, of the type of a picture: anything else would be removed as metadata.
	return File{Field: "media", Name: "photo.heic", Type: "image/heic",
		Content: slices.Concat(head, meta(len(head)+len(meta(0))+8), box("mdat", u32(4), []byte("\x26\x01OK")))}
}
