package metadata_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/media/metadata"
)

// heifItem is an item of an image, with the items that it is composed of.
type heifItem struct {
	kind  string
	tiles []byte
}

// heifOf returns an image of the given items, numbered from 1, of which one is the picture and each has eight bytes.
func heifOf(primary byte, properties []byte, items ...heifItem) []byte {
	var list, references, locations []byte
	head := box("ftyp", []byte("mif1"), u32(0))
	meta := func(at int) []byte {
		list, references, locations = nil, nil, nil
		for i, item := range items {
			id := []byte{0, byte(i + 1)}
			list = append(list, box("infe", u32(2<<24), id, []byte{0, 0}, []byte(item.kind), []byte{0})...)
			locations = slices.Concat(locations, id, []byte{0, 0, 0, 1}, u32(uint32(at+8*i), 8))
			if item.tiles == nil {
				continue
			}
			var to []byte
			for _, tile := range item.tiles {
				to = append(to, 0, tile)
			}
			references = append(references, box("dimg", id, []byte{0, byte(len(item.tiles))}, to)...)
		}
		return box("meta", u32(0), box("hdlr", u32(0, 0), []byte("pict"), make([]byte, 13)), box("pitm", u32(0), []byte{0, primary}),
			box("iinf", u32(0), []byte{0, byte(len(items))}, list), box("iref", u32(0), references),
			box("iprp", box("ipco", properties), box("ipma", make([]byte, 8))),
			box("iloc", u32(0), []byte{0x44, 0, 0, byte(len(items))}, locations))
	}
	return slices.Concat(head, meta(len(head)+len(meta(0))+8), box("mdat", bytes.Repeat([]byte("PICTURE!"), len(items))))
}

// reasonOf returns why a content is refused; "" if it is taken.
func reasonOf(content []byte, mime string) string {
	return metadata.Reason(metadata.Clean(&memory{b: slices.Clone(content)}, int64(len(content)), mime))
}

// What could never be shown is refused, with the reason, and all else is taken.
func TestUnshownPictures(t *testing.T) {
	size := func(w, h uint32) []byte { return box("ispe", u32(0, w, h)) }
	hevc, av1, grid := heifItem{kind: "hvc1"}, heifItem{kind: "av01"}, heifItem{"grid", []byte{2, 3}}
	jpegOf := func(marker byte, frame string) []byte {
		return slices.Concat([]byte("\xff\xd8"), segment(marker, frame), []byte("\xff\xda\x00\x02data\xff\xd9"))
	}
	gray := "\x08\x00\x01\x00\x01\x01\x01\x11\x00"
	pngOf := func(w, h uint32, chunks ...[]byte) []byte {
		return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", string(u32(w, h))+"\x08\x00\x00\x00\x00"), slices.Concat(chunks...), chunk("IEND", ""))
	}
	data := chunk("IDAT", "x")
	sized := func(kind string, w, h uint16) []byte {
		fields := make([]byte, 78)
		binary.BigEndian.PutUint16(fields[24:], w)
		binary.BigEndian.PutUint16(fields[26:], h)
		head := box("ftyp", []byte("mp42"), u32(0))
		return slices.Concat(head, box("mdat", []byte("SAMPLE00")), box("moov", trackBox(1, "vide", box(kind, fields), uint32(len(head)+8), 8, 1)))
	}
	webm := func(w, h string) []byte {
		return matroska(element("\xae", "\xd7\x81\x01\x83\x81\x01", element("\xe0", element("\xb0", w), element("\xba", h))))
	}
	for name, c := range map[string]struct {
		mime    string
		content []byte
		reason  string // how it begins
	}{
		"HEIC of 200 megapixels":            {"image/heic", heifOf(1, size(16320, 12240), hevc), ""},
		"HEIC of 400":                       {"image/heic", heifOf(1, size(20000, 20000), hevc), "it has 20000 x 20000 pixels"},
		"HEIC that says more than there is": {"image/heic", heifOf(1, size(1<<32-1, 1<<32-1), hevc), "it has 4294967295 x 4294967295 pixels"},
		"AVIF of 400":                       {"image/avif", heifOf(1, slices.Concat(size(64, 64), size(20000, 20000)), av1), "it has 20000 x 20000"},
		"sequence of 400":                   {"image/avif", sized("av01", 20000, 20000), "it has 20000 x 20000"},
		"video of 400":                      {"video/mp4", sized("avc1", 20000, 20000), "it has 20000 x 20000"},
		"8K":                                {"video/mp4", sized("avc1", 8192, 4320), ""},
		"WebM of 400":                       {"video/webm", webm("\x4e\x20", "\x4e\x20"), "it has 20000 x 20000"},
		"WebM of 8K":                        {"video/webm", webm("\x20\x00", "\x10\xe0"), ""},
		"tiles":                             {"image/heic", heifOf(1, nil, grid, hevc, hevc), ""},
		"overlay":                           {"image/avif", heifOf(1, nil, heifItem{"iovl", []byte{2, 3}}, av1, av1), ""},
		"tiles of JPEG 2000":                {"image/heif", heifOf(1, nil, grid, hevc, heifItem{kind: "j2k1"}), `its picture is in the format "j2k1"`},
		"H.264":                             {"image/heif", heifOf(1, nil, heifItem{kind: "avc1"}), `its picture is in the format "avc1"`},
		"H.266":                             {"image/heif", heifOf(1, nil, heifItem{kind: "vvc1"}), `its picture is in the format "vvc1"`},
		"uncompressed":                      {"image/heif", heifOf(2, nil, hevc, heifItem{kind: "unci"}), `its picture is in the format "unci"`},
		"uncompressed beside the picture":   {"image/heif", heifOf(1, nil, hevc, heifItem{kind: "unci"}), ""},
		"gain map":                          {"image/heic", heifOf(2, nil, heifItem{"tmap", []byte{2, 3}}, hevc, hevc), ""},
		"no such item":                      {"image/heic", heifOf(7, nil, hevc), "it does not say which of its items"},
		"JPEG, baseline":                    {"image/jpeg", jpegOf(0xc0, gray), ""},
		"JPEG, progressive":                 {"image/jpeg", jpegOf(0xc2, gray), ""},
		"JPEG, lossless":                    {"image/jpeg", jpegOf(0xc3, gray), "it is coded in a way that phones don't decode"},
		"JPEG, arithmetic":                  {"image/jpeg", jpegOf(0xc9, gray), "it is coded in a way that phones don't decode"},
		"JPEG, hierarchical":                {"image/jpeg", jpegOf(0xde, gray), "it is coded in a way that phones don't decode"},
		"JPEG of 12 bits":                   {"image/jpeg", jpegOf(0xc1, "\x0c"+gray[1:]), "it is coded in a way that phones don't decode"},
		"JPEG of two colours":               {"image/jpeg", jpegOf(0xc0, "\x08\x00\x01\x00\x01\x02\x01\x11\x00\x02\x11\x00"), "it is coded in a way that phones don't decode"},
		"JPEG without a height":             {"image/jpeg", jpegOf(0xc0, "\x08\x00\x00\x00\x01\x01\x01\x11\x00"), "it has no picture"},
		"JPEG without a frame":              {"image/jpeg", jpegOf(0xfe, "x"), "it has no picture"},
		"JPEG without a scan":               {"image/jpeg", slices.Concat([]byte("\xff\xd8"), segment(0xc0, gray), []byte("\xff\xd9")), "it has no picture"},
		"PNG":                               {"image/png", pngOf(1, 1, data), ""},
		"PNG without data":                  {"image/png", pngOf(1, 1), "it has no image"},
		"PNG without a width":               {"image/png", pngOf(0, 1, data), "it has no image"},
		"PNG of 400 megapixels":             {"image/png", pngOf(20000, 20000, data), "it has 20000 x 20000 pixels"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reasonOf(c.content, c.mime); !strings.HasPrefix(got, c.reason) || c.reason == "" && got != "" {
				t.Errorf("the reason is %q, want %q", got, c.reason)
			}
			if c.reason == "" {
				clearTwice(t, c.content, c.mime)
			}
		})
	}
}

// The image of a gain map no longer tells its maker, and transparency stays what it is.
func TestVendorsOfImages(t *testing.T) {
	of := func(name string) []byte {
		return heifOf(1, box("auxC", u32(0), []byte(name), []byte{0}), heifItem{kind: "hvc1"}, heifItem{kind: "hvc1"})
	}
	const alpha, gain = "urn:mpeg:hevc:2015:auxid:1", "urn:com:maker:photo:2020:aux:hdrgainmap"
	if got := clearTwice(t, of(alpha), "image/heic"); !bytes.Contains(got, []byte(alpha)) {
		t.Error("transparency is changed")
	}
	if got := clearTwice(t, of(gain), "image/heic"); bytes.Contains(got, []byte("maker")) {
		t.Error("the maker is still told")
	}
}

// A photo of which no JPEG is made, because it is too large, is refused.
func TestPhotoOfManyBytes(t *testing.T) {
	photo := heifOf(1, nil, heifItem{kind: "hvc1"})
	f := &memory{b: photo}
	if reason := metadata.Reason(metadata.Clean(f, 64<<20+1, "image/heic")); reason != "it is larger than 64 MB" {
		t.Errorf("the reason is %q", reason)
	}
}
