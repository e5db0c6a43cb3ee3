package metadata_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// Metadata among the parameter sets that decoders get before the pictures goes, wherever a format keeps them, and in
// Matroska as in MP4.
func TestParameterSets(t *testing.T) {
	uuid, filled := strings.Repeat("11", 16), strings.Repeat("ff", 17)
	unit := func(head string) (before, after string) { // with its length, of user data
		return "0016" + head + "0511" + uuid + "4180", "0016" + head + "0511" + filled + "80"
	}
	// AVC's header has one byte.
	avcSEI, avcClean := "0015 06 0511"+uuid+"4180", "0015 06 0511"+filled+"80"
	hevcSEI, hevcClean := unit("4e01")
	vvcSEI, vvcClean := unit("00b9")
	set := "0003 674142"
	hevcHead := "01" + strings.Repeat("00", 20) + "03"
	for name, c := range map[string]struct{ entry, kind, codecID, before, want string }{
		"avcC":            {"avc1", "avcC", "V_MPEG4/ISO/AVC", "01640028ff e2" + set + avcSEI + "01" + set, "01640028ff e2" + set + avcClean + "01" + set},
		"avcC, extended":  {"avc1", "avcC", "V_MPEG4/ISO/AVC", "01640028ff e1" + set + "01" + set + "fdf8f8 01" + avcSEI + "4142", "01640028ff e1" + set + "01" + set + "fdf8f8 01" + avcClean + "0000"},
		"avcC, more":      {"avc1", "avcC", "", "01640028ff e1" + set + "00 fdf8f800 414243", "01640028ff e1" + set + "00 fdf8f800 000000"},
		"avcE":            {"avc1", "avcE", "", "01640028ff e1" + avcSEI + "00", "01640028ff e1" + avcClean + "00"},
		"hvcC":            {"hvc1", "hvcC", "V_MPEGH/ISO/HEVC", hevcHead + "02 a10001" + set + "270001" + hevcSEI, hevcHead + "02 a10001" + set + "270001" + hevcClean},
		"hvcE":            {"dvh1", "hvcE", "", hevcHead + "01 270001" + hevcSEI, hevcHead + "01 270001" + hevcClean},
		"lhvC":            {"hvc1", "lhvC", "", "01f000fccf 01 270001" + hevcSEI, "01f000fccf 01 270001" + hevcClean},
		"vvcC":            {"vvc1", "vvcC", "V_MPEGI/ISO/VVC", "fe 01 970001" + vvcSEI, "fe 01 970001" + vvcClean},
		"vvcC, a profile": {"vvc1", "vvcC", "V_MPEGI/ISO/VVC", "ff 0015 1f 01 0233 00 00 07800438 0000 02 8d" + set + "970001" + vvcSEI, "ff 0015 1f 01 0233 00 00 07800438 0000 02 8d" + set + "970001" + vvcClean},
		"vvcC, layers":    {"vvc1", "vvcC", "", "ff 0035 1f 01 0233 00 8050 01 41424344 07800438 0000 01 970001" + vvcSEI, "ff 0035 1f 01 0233 00 8050 01 41424344 07800438 0000 01 970001" + vvcClean},
		"av1C":            {"av01", "av1C", "V_AV1", "81000c00 0a0141 2a08 04b500aa41424380", "81000c00 0a0141 7a08 0000000000000080"},
	} {
		t.Run(name, func(t *testing.T) {
			before, want := unhex(t, c.before), unhex(t, c.want)
			full := []byte(nil)
			if c.kind == "vvcC" {
				full = make([]byte, 4)
			}
			got := clearTwice(t, codedMovie(c.entry, box(c.kind, full, before), []byte("SAMPLE00")), "video/mp4")
			at := bytes.LastIndex(got, []byte(c.kind)) + 4 + len(full)
			if got := got[at:][:len(want)]; !bytes.Equal(got, want) {
				t.Errorf("it became %x, want %x", got, want)
			}
			if c.codecID == "" {
				return
			}
			file := func(private []byte) []byte {
				return matroska(element("\xae", element("\xd7", "\x01"), element("\x83", "\x01"), element("\x86", c.codecID), long("\x63\xa2", string(private))))
			}
			if got := clearTwice(t, file(before), "video/matroska"); !bytes.HasPrefix(got, file(want)[:len(got)-len("PICTURE")]) {
				t.Errorf("in Matroska it became %q", got)
			}
		})
	}
}

// User data in the pictures of HEIC and AVIF goes as in videos.
func TestUnitsOfItems(t *testing.T) {
	uuid, filled := strings.Repeat("11", 16), strings.Repeat("ff", 17)
	for name, c := range map[string]struct{ kind, config, before, want string }{
		"HEIC":               {"hvc1", "", "00000017 4e01 0511" + uuid + "41 80 00000002 2601", "00000017 4e01 0511" + filled + "80 00000002 2601"},
		"HEIC, short widths": {"hvc1", "01" + strings.Repeat("00", 20) + "fd 00", "0016 4e01 0511" + uuid + "4180 0002 2601", ""},
		"AVIF, T.35":         {"av01", "", "1200 2a08 04b500aa41424380 32020102", "1200 7a08 0000000000000080 32020102"},
		"AVIF, HDR10+":       {"av01", "", "1200 2a08 04b5003c00010480 32020102", "1200 2a08 04b5003c00010480 32020102"},
		"AVIF, time code":    {"av01", "", "1200 2a04 05414280 32020102", "1200 7a04 00000080 32020102"},
	} {
		t.Run(name, func(t *testing.T) {
			data := unhex(t, strings.ReplaceAll(c.before, "00000017", "00000016"))
			want := unhex(t, strings.ReplaceAll(c.want, "00000017", "00000016"))
			var properties []byte
			if c.config != "" {
				properties = box("hvcC", unhex(t, c.config))
				want = unhex(t, "0016 4e01 0511"+filled+"80 0002 2601")
			}
			b := heifOf(1, properties, heifItem{kind: c.kind})
			at := bytes.Index(b, []byte("mdat")) + 4
			b = slices.Concat(bytes.Replace(b, u32(uint32(at), 8), u32(uint32(at), uint32(len(data))), 1)[:at], data)
			binary.BigEndian.PutUint32(b[at-8:], uint32(8+len(data)))
			got := clearTwice(t, b, map[string]string{"hvc1": "image/heic", "av01": "image/avif"}[c.kind])
			if got = got[at:]; !bytes.Equal(got, want) {
				t.Errorf("it became %x, want %x", got, want)
			}
		})
	}
	conflict := slices.Concat(box("hvcC", unhex(t, "01"+strings.Repeat("00", 20)+"fd 00")), box("hvcC", unhex(t, "01"+strings.Repeat("00", 20)+"ff 00")))
	refused(t, heifOf(1, conflict, heifItem{kind: "hvc1"}), "image/heic")
}

// In WebM and Matroska metadata goes from pictures of AV1, from those that Windows' names describe, and from additions to
// blocks.
func TestUnitsInMatroska(t *testing.T) {
	uuid, filled := strings.Repeat("11", 16), strings.Repeat("ff", 17)
	windows := func(code string) string {
		return strings.Repeat("\x00", 16) + code + strings.Repeat("\x00", 20)
	}
	file := func(codecID, private string, group ...string) []byte {
		track := element("\xae", element("\xd7", "\x01"), element("\x83", "\x01"), element("\x86", codecID), long("\x63\xa2", private))
		return []byte(element("\x1a\x45\xdf\xa3") + long("\x18\x53\x80\x67", element("\x16\x54\xae\x6b", track), long("\x1f\x43\xb6\x75", long("\xa0", group...))))
	}
	block := func(data string) string { return long("\xa1", "\x81\x00\x00\x00", string(unhex(t, data))) }
	for name, c := range map[string]struct{ codecID, private, before, want string }{
		"AV1":               {"V_AV1", "\x81\x00\x0c\x00", "1200 2a08 04b500aa41424380", "1200 7a08 0000000000000080"},
		"AV1, HDR10+":       {"V_AV1", "\x81\x00\x0c\x00", "1200 2a08 04b5003c00010480", "1200 2a08 04b5003c00010480"},
		"Windows' H.264":    {"V_MS/VFW/FOURCC", windows("h264"), "00000001 06 0511" + uuid + "41 80 000001 6541", "00000001 06 0511" + filled + "80 000001 6541"},
		"Windows' H.265":    {"V_MS/VFW/FOURCC", windows("HEVC"), "000001 4e01 0511" + uuid + "41 80 00 000001 2601", "000001 4e01 0511" + filled + "80 00 000001 2601"},
		"H.264 with starts": {"V_MPEG4/ISO/AVC", "", "000001 06 0511" + uuid + "41 80 000001 6541", "000001 06 0511" + filled + "80 000001 6541"},
		"Windows' DV":       {"V_MS/VFW/FOURCC", windows("dvsd"), "1f0700" + strings.Repeat("00", 77) + "400000 62d3131211" + strings.Repeat("ff", 72), "1f0700" + strings.Repeat("00", 77) + "400000 ffffffffff" + strings.Repeat("ff", 72)},
	} {
		t.Run(name, func(t *testing.T) {
			if got, want := clearTwice(t, file(c.codecID, c.private, block(c.before)), "video/matroska"), file(c.codecID, c.private, block(c.want)); !bytes.Equal(got, want) {
				t.Errorf("it became %q, want %q", got, want)
			}
		})
	}
	more := func(id, data string) string { return long("\xa6", element("\xee", id), element("\xa5", data)) }
	additions := long("\x75\xa1", more("\x01", "alpha"), more("\x04", "\xb5\x00\x3c\x00\x01\x04colours"), more("\x04", "\xb5\x00\xaa"+marker), more("\x65", marker))
	got := clearTwice(t, file("V_VP9", "", block("41"), additions), "video/webm")
	for _, stays := range []string{"alpha", "colours"} {
		if !bytes.Contains(got, []byte(stays)) {
			t.Errorf("%s is not there any more", stays)
		}
	}
}

// In a recording that was interrupted, the last picture is cleaned as far as it is there.
func TestUnitsOfLastPicture(t *testing.T) {
	uuid, filled := strings.Repeat("11", 16), strings.Repeat("ff", 17)
	head, config := box("ftyp", []byte("mp42"), u32(0)), box("avcC", unhex(t, "01640028ff"))
	file := func(data string, length uint32) []byte {
		movie := func(at uint32) []byte {
			return box("moov", trackBox(1, "vide", box("avc1", make([]byte, 78), config), at, length, 1))
		}
		return slices.Concat(head, movie(uint32(len(head)+len(movie(0))+8)), u32(0), []byte("mdat"), unhex(t, data))
	}
	for before, want := range map[string]string{
		"00000015 06 0511" + uuid + "41 80 00001000 6541": "00000015 06 0511" + filled + "80 00001000 6541",
		"00000002 0910 00000025 06 0521" + uuid + "41":    "00000002 0910 00000025 06 0521" + filled, // a message without an end
	} {
		if got := clearTwice(t, file(before, 4096), "video/mp4"); !bytes.HasSuffix(got, unhex(t, want)) {
			t.Errorf("it became %x, want %s", got, want)
		}
	}
}
