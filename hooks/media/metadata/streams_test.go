package metadata_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// coded makes a film in whose coded pictures there is user data: that of the encoder, and that in which AVCHD cameras
// write make, date and place.
func coded(t *testing.T, name string, args ...string) (path string) {
	t.Helper()
	folder := t.TempDir()
	plain := filepath.Join(folder, "plain-"+name)
	film(args...)(t, plain)
	path = filepath.Join(folder, name)
	data := "17ee8c60-f84d-11d9-8cd6-0800200c9a66+MDPM" + marker + "0123456789"
	ffmpeg(t, "-i", plain, "-c", "copy", "-bsf:v", "h264_metadata=sei_user_data="+data, path)
	return path
}

// User data in coded pictures goes, wherever they are, and they decode to the same.
func TestUserDataInPictures(t *testing.T) {
	need(t, "ffmpeg", "exiftool")
	for name, c := range map[string]struct {
		mime string
		args []string
	}{
		"a.mp4":         {"video/mp4", []string{"-c:v", "libx264", "-c:a", "aac"}},
		"fast.mp4":      {"video/mp4", []string{"-c:v", "libx264", "-c:a", "aac", "-movflags", "faststart"}},
		"interlace.mov": {"video/quicktime", []string{"-c:v", "libx264", "-flags", "+ilme+ildct", "-c:a", "pcm_s16le"}},
		"a.mkv":         {"video/matroska", []string{"-c:v", "libx264", "-c:a", "aac"}},
		"a.3gp":         {"video/3gpp", []string{"-c:v", "libx264", "-c:a", "aac"}},
	} {
		if testing.Short() && name != "a.mp4" && name != "a.mkv" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := coded(t, name, c.args...)
			s := sample{name: name, mime: c.mime, video: true}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(raw, []byte("MDPM"+marker)) || !bytes.Contains(raw, []byte("x264 - core")) {
				t.Fatal("the sample has no user data")
			}
			before := shown(t, s, path)
			content := clean(t, path, c.mime)
			for _, gone := range []string{"MDPM", "x264", "options:", "\x17\xee\x8c\x60"} {
				if bytes.Contains(content, []byte(gone)) {
					t.Errorf("%q is still there", gone)
				}
			}
			if after := shown(t, s, path); before != after {
				t.Errorf("what is shown differs, before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
	for name, args := range map[string][]string{
		"hvc1.mp4": {"-tag:v", "hvc1"}, "hev1.mp4": {"-tag:v", "hev1"}, "a.mkv": nil, "fragments.mp4": {"-tag:v", "hvc1", "-g", "5", "-movflags", "frag_keyframe+empty_moov"},
	} {
		if testing.Short() && name != "hvc1.mp4" {
			continue
		}
		t.Run("HEVC "+name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), name)
			film(append([]string{"-c:v", "libx265", "-x265-params", "log-level=none:info=1:repeat-headers=1", "-c:a", "aac"}, args...)...)(t, path)
			mime := "video/mp4"
			if strings.HasSuffix(name, ".mkv") {
				mime = "video/matroska"
			}
			raw, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(raw, []byte("x265 (build")) {
				t.Fatal("the sample has no user data", err)
			}
			before := shown(t, sample{name: name}, path)
			if content := clean(t, path, mime); bytes.Contains(content, []byte("x265 (build")) || bytes.Contains(content, []byte("cpuid=")) {
				t.Error("the encoder's settings are still there")
			}
			if after := shown(t, sample{name: name}, path); before != after {
				t.Errorf("what is shown differs, before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

// unhex returns the bytes of a number in base 16, in which spaces are ignored.
func unhex(t *testing.T, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// codedMovie returns an MP4 with one sample in a format, whose entry has a box that describes it.
func codedMovie(kind string, config, sample []byte) []byte {
	head := box("ftyp", []byte("mp42"), u32(0))
	return slices.Concat(head, box("mdat", sample),
		box("moov", trackBox(1, "vide", box(kind, make([]byte, 78), config), uint32(len(head)+8), uint32(len(sample)), 1)))
}

// What is overwritten in units, byte by byte.
func TestUnits(t *testing.T) {
	avc, hevc := box("avcC", unhex(t, "01640028ff")), box("hvcC", append(unhex(t, "01"), append(make([]byte, 20), 0xff, 0)...))
	av1, vvc := box("av1C", unhex(t, "81000c00")), box("vvcC", unhex(t, "00000000 fe00"))
	filled := func(n int) string { return strings.Repeat("ff", n) }
	uuid := strings.Repeat("11", 16)
	for name, c := range map[string]struct {
		kind         string
		config       []byte
		before, want string
	}{
		"user data":                    {"avc1", avc, "06 05 12" + uuid + "4142 80", "06 05 12" + filled(18) + "80"},
		"user data after another":      {"avc1", avc, "06 0601c4 0511" + uuid + "41 80", "06 0601c4 0511" + filled(17) + "80"},
		"a long size":                  {"avc1", avc, "06 05ff01" + strings.Repeat("22", 256) + "80", "06 05ff01" + filled(256) + "80"},
		"prevented emulation":          {"avc1", avc, "06 0513" + uuid + "000003 00 80", "06 0513" + filled(16) + "000003 01 80"},
		"prevented within":             {"avc1", avc, "06 0514" + uuid + "000003 01 41 80", "06 0514" + filled(16) + "000003 01ff 80"},
		"prevented behind":             {"avc1", avc, "06 0512" + uuid + "0000 03 01 01c4 80", "06 0512" + filled(16) + "0000 03 01 01c4 80"},
		"zeros":                        {"avc1", avc, "06 0512" + uuid + "0000 0601c4 80", "06 0512" + filled(18) + "0601c4 80"},
		"prevented before":             {"avc1", avc, "06 0100 00 03 0511" + uuid + "41 80", "06 0100 00 03 0511" + uuid + "41 80"},
		"captions":                     {"avc1", avc, "06 0408 b5003147413934 03 80", "06 0408" + filled(8) + "80"},
		"active format":                {"avc1", avc, "06 0409 b500314454473141f8 80", "06 0409 b500314454473141f8 80"},
		"HDR10+":                       {"hvc1", hevc, "4e01 0408 b5003c0001040140 80", "4e01 0408 b5003c0001040140 80"},
		"registered by somebody":       {"hvc1", hevc, "4e01 0406 b500aa414243 80", "4e01 0406" + filled(6) + "80"},
		"user data of HEVC":            {"hvc1", hevc, "5001 0511" + uuid + "41 80", "5001 0511" + filled(17) + "80"},
		"time code":                    {"hvc1", hevc, "4e01 8804 60414243 80", "4e01 fe04" + filled(4) + "80"},
		"mastering display":            {"hvc1", hevc, "4e01 8904 60414243 80", "4e01 8904 60414243 80"},
		"a picture that looks like it": {"avc1", avc, "65 0512" + uuid + "4142 80", "65 0512" + uuid + "4142 80"},
		"longer than its unit":         {"avc1", avc, "06 0520" + uuid + "4142 80", "06 0520" + uuid + "4142 80"},
		"annotated regions":            {"hvc1", hevc, "4e01 ca04 60414243 80", "4e01 fe04" + filled(4) + "80"},
		"a type of two bytes":          {"hvc1", hevc, "4e01 ff0804 60414243 80", "4e01 ff0804" + filled(4) + "80"},
		"filling":                      {"avc1", avc, "0c 414243 80", "0c ffffff 80"},
		"a private unit":               {"avc1", avc, "1f 41000003 0042 80", "1f ff000003 01ff 80"},
		"Dolby's unit of H.264":        {"avc1", avc, "1c 414243 80", "1c 414243 80"},
		"a private unit of HEVC":       {"hvc1", hevc, "6001 414243 80", "6001 ffffff 80"},
		"Dolby's unit":                 {"hvc1", hevc, "7c01 414243 80", "7c01 414243 80"},
		"filling of HEVC":              {"hvc1", hevc, "4c01 4142 80", "4c01 ffff 80"},
		"user data of VVC":             {"vvc1", vvc, "00b9 0511" + uuid + "41 80", "00b9 0511" + filled(17) + "80"},
		"registered, of VVC":           {"vvi1", vvc, "00c1 0406 b500aa414243 80", "00c1 0406" + filled(6) + "80"},
		"a private unit of VVC":        {"vvc1", vvc, "00e1 4142 80", "00e1 ffff 80"},
	} {
		t.Run(name, func(t *testing.T) {
			unit, want := unhex(t, c.before), unhex(t, c.want)
			head := u32(uint32(len(unit)))
			picture := append(u32(3), 0x65, 0x42, 0x43)
			b := codedMovie(c.kind, c.config, slices.Concat(head, unit, picture))
			got := clearTwice(t, b, "video/mp4")
			if got := got[28:][:len(unit)]; !bytes.Equal(got, want) {
				t.Errorf("it became %x, want %x", got, want)
			}
			started := []byte{0, 0, 0, 1}
			if got := clearTwice(t, codedMovie(c.kind, c.config, slices.Concat(started, unit, started, picture[4:])), "video/mp4"); !bytes.Equal(got[28:][:len(unit)], want) {
				t.Errorf("after a start code it became %x, want %x", got[28:][:len(unit)], want)
			}
			broken := codedMovie(c.kind, c.config, slices.Concat(head, unit, picture[:6]))
			if got := clear(t, broken, "video/mp4"); !bytes.Equal(got[28:][:len(unit)], unit) {
				t.Error("units whose lengths don't add up are changed")
			}
		})
	}
	const picture = "1200 320100"
	for name, c := range map[string]struct{ before, want string }{
		"private metadata": {"2a06 0641424344 80", "7a06 000000000080"},
		"time code":        {"2a04 05414280", "7a04 00000080"},
		"registered":       {"2a08 04b500aa41424380", "7a08 0000000000000080"},
		"HDR10+":           {"2a08 04b5003c00010480", "2a08 04b5003c00010480"},
		"light level":      {"2a06 010102030480", "2a06 010102030480"},
		"padding":          {"7a04 41424380", "7a04 00000080"},
		"reserved":         {"4a02 4180", "7a02 0080"},
		"with extension":   {"2e08 03 0641 80", "7e08 03 0000 80"},
		"without size":     {"28 06414280", "78 00000080"},
	} {
		t.Run("AV1 "+name, func(t *testing.T) {
			unit := slices.Concat(unhex(t, picture), unhex(t, c.before))
			want := slices.Concat(unhex(t, picture), unhex(t, c.want))
			got := clearTwice(t, codedMovie("av01", av1, unit), "video/mp4")
			if got := got[24:][:len(unit)]; !bytes.Equal(got, want) {
				t.Errorf("it became %x, want %x", got, want)
			}
		})
	}
}

// The frames of a laced block are found, whatever the lacing.
func TestLacedBlocks(t *testing.T) {
	unit := string(unhex(t, "00000015 06 0511"+strings.Repeat("11", 16)+"4180"))
	want := string(unhex(t, "00000015 06 0511"+strings.Repeat("ff", 17)+"80"))
	track := element("\xae", element("\xd7", "\x01"), element("\x83", "\x01"), element("\x86", "V_MPEG4/ISO/AVC"), element("\x63\xa2", "\x01\x64\x00\x28\xff"))
	n := byte(len(unit))
	for name, lace := range map[string]string{
		"none": "\x00", "Xiph": "\x02\x02" + string([]byte{n, n}), "fixed": "\x04\x02", "EBML": "\x06\x02" + string([]byte{0x80 | n, 0xbf}),
	} {
		t.Run(name, func(t *testing.T) {
			count := 3
			if name == "none" {
				count = 1
			}
			file := func(frame string) []byte {
				block := long("\xa3", "\x81\x00\x00", lace, strings.Repeat(frame, count))
				return []byte(element("\x1a\x45\xdf\xa3") + long("\x18\x53\x80\x67", element("\x16\x54\xae\x6b", track), long("\x1f\x43\xb6\x75", block)))
			}
			if got := clearTwice(t, file(unit), "video/matroska"); !bytes.Equal(got, file(want)) {
				t.Errorf("it became %q", got)
			}
		})
	}
}

// long returns a Matroska element with a length of eight bytes.
func long(id string, content ...string) string {
	all := strings.Join(content, "")
	return id + string(binary.BigEndian.AppendUint64(nil, uint64(len(all))|1<<56)) + all
}

// A camera's date and time in DV go, and pictures and sound stay.
func TestDateInDV(t *testing.T) {
	need(t, "ffmpeg", "exiftool")
	path := filepath.Join(t.TempDir(), "a.mov")
	ffmpeg(t, "-f", "lavfi", "-i", "testsrc=size=720x576:rate=25", "-f", "lavfi", "-i", tone, "-t", "0.2", "-pix_fmt", "yuv420p", "-c:v", "dvvideo", "-c:a", "pcm_s16le", path)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const date, texts = "\x62\xd3\x13\x12\x11", "\x18" + "Qx7M"
	frames := 0
	for at := 0; at+144_000 <= len(b); at++ {
		if !bytes.HasPrefix(b[at:], []byte("\x1f\x07\x00")) || b[at+80]>>5 != 1 {
			continue
		}
		frames++
		for block := at; block < at+144_000; block += 80 {
			switch b[block] >> 5 {
			case 1:
				copy(b[block+6:], texts)
			case 2:
				copy(b[block+3+10*5:], date)
			case 3:
				copy(b[block+3:], date)
			}
		}
		at += 143_999
	}
	if frames == 0 {
		t.Fatal("no frame of DV")
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s := sample{name: "a.mov", mime: "video/quicktime", video: true}
	before := shown(t, s, path)
	content := clean(t, path, s.mime)
	for _, gone := range []string{date, texts} {
		if bytes.Contains(content, []byte(gone)) {
			t.Errorf("%q is still there", gone)
		}
	}
	if after := shown(t, s, path); before != after {
		t.Errorf("what is shown differs, before:\n%s\nafter:\n%s", before, after)
	}
}
