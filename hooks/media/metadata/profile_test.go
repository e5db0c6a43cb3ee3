package metadata_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/media/metadata"
)

// screenProfile returns the colour profile of a screen as macOS writes it, with private tags, names and dates, and the
// given gamma. filling adds a private tag of that length.
func screenProfile(gamma float64, version byte, filling int) []byte {
	numbers := func(kind string, values ...float64) []byte {
		b := []byte(kind + "\x00\x00\x00\x00")
		for _, v := range values {
			b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
		}
		return b
	}
	curve := slices.Concat([]byte("curv"), u32(0, 1), binary.BigEndian.AppendUint16(nil, uint16(gamma*256)))
	name := slices.Concat([]byte("desc"), u32(0, uint32(len(marker)+6)), []byte(marker+" 27in\x00"), make([]byte, 78))
	right := slices.Concat([]byte("text"), u32(0), []byte("Copyright "+marker+"\x00"))
	if version == 4 {
		name = slices.Concat([]byte("mluc"), u32(0, 1, 12), []byte("enUS"), u32(6, 28), []byte("\x00Q\x00x\x007"))
		right = name
	}
	tags := []struct {
		name    string
		content []byte
	}{
		{"desc", name}, {"cprt", right}, {"wtpt", numbers("XYZ ", 0.9642, 1, 0.8249)},
		{"rXYZ", numbers("XYZ ", 0.4361, 0.2225, 0.0139)}, {"gXYZ", numbers("XYZ ", 0.3851, 0.7169, 0.0971)}, {"bXYZ", numbers("XYZ ", 0.1431, 0.0606, 0.7141)},
		{"rTRC", curve}, {"gTRC", nil}, {"bTRC", nil}, // the same curve
		{"chad", numbers("sf32", 1.0479, 0.0229, -0.0502, 0.0296, 0.9905, -0.0171, -0.0092, 0.0151, 0.7517)},
		{"mmod", slices.Concat([]byte("mmod"), u32(0, 0x10ac, 0x4100, 0x51783753, 0xc0de), make([]byte, 16))}, {"ndin", []byte("ndin\x00\x00\x00\x00" + marker)},
		{"targ", []byte("text\x00\x00\x00\x00CGATS " + marker + "\x00")}, {"dscm", []byte("mluc\x00\x00\x00\x00" + marker)}, {"vcgt", []byte("vcgt\x00\x00\x00\x00" + marker)},
		{"dmnd", name}, {"dmdd", name}, {"lumi", numbers("XYZ ", 0, 312.7, 0)}, {"MS00", slices.Concat([]byte("MS10\x00\x00\x00\x00"+marker), make([]byte, filling))},
	}
	head := slices.Concat(u32(0), []byte("appl"), []byte{version, 0x10, 0, 0}, []byte("mntrRGB XYZ "), []byte("\x07\xdb\x00\x0c\x00\x0d\x00\x0e\x00\x0f\x00\x10"),
		[]byte("acspAPPL\x00\x00\x00\x00DELLQx73\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf6\xd6\x00\x01\x00\x00\x00\x00\xd3\x2dappl"), bytes.Repeat([]byte{0xc5}, 16), make([]byte, 28))
	list, body, at, length := u32(uint32(len(tags))), []byte(nil), 0, 0
	for _, tag := range tags {
		if tag.content != nil {
			for len(body)%4 != 0 {
				body = append(body, 0)
			}
			at, length = 132+12*len(tags)+len(body), len(tag.content)
			body = append(body, tag.content...)
		}
		list = slices.Concat(list, []byte(tag.name), u32(uint32(at), uint32(length)))
	}
	profile := slices.Concat(head, list, body, make([]byte, -len(body)&3))
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	return profile
}

// A colour profile loses what tells of the screen, and shows the same colours.
func TestProfileTellsNothing(t *testing.T) {
	need(t, "exiftool", "ffmpeg", "convert", "heif-enc", "heif-convert")
	folder := t.TempDir()
	other := filepath.Join(folder, "other.icc")
	if err := os.WriteFile(other, screenProfile(1.0, 2, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	for profile, b := range map[string][]byte{"version 2": screenProfile(1.8, 2, 0), "version 4": screenProfile(1.8, 4, 0), "long": screenProfile(1.8, 2, 150_000)} {
		path := filepath.Join(folder, "profile.icc")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		for name, mime := range map[string]string{"a.jpg": "image/jpeg", "a.png": "image/png", "a.webp": "image/webp", "a.heic": "image/heic"} {
			if profile != "version 2" && (testing.Short() || (name == "a.png") != (profile == "version 4")) {
				continue
			}
			t.Run(profile+" "+name, func(t *testing.T) { profileTellsNothing(t, filepath.Join(t.TempDir(), name), mime, path, other) })
		}
	}
}

func profileTellsNothing(t *testing.T, path, mime, profile, other string) {
	source := path
	if mime == "image/heic" {
		source = filepath.Join(filepath.Dir(path), "source.jpg")
	}
	still()(t, source)
	run(t, "exiftool", "-q", "-overwrite_original", "-ICC_Profile<="+profile, source)
	if source != path {
		run(t, "heif-enc", "-o", path, source)
	}
	shown := func() string {
		seen := path
		if mime == "image/heic" {
			seen = filepath.Join(t.TempDir(), "shown.png")
			run(t, "heif-convert", path, seen)
		}
		return run(t, "convert", seen, "-profile", other, "-format", "%#", "info:")
	}
	embedded := func() []byte { return []byte(run(t, "exiftool", "-b", "-ICC_Profile", path)) }
	if before := embedded(); !bytes.Contains(before, []byte("mmod")) {
		t.Fatalf("the sample has no such profile: %d bytes", len(before))
	}
	before := shown()
	content := clean(t, path, mime)
	if after := shown(); after != before {
		t.Errorf("the colours differ: %s before, %s after", before, after)
	}
	after := embedded()
	for _, b := range [][]byte{content, after} {
		for _, gone := range []string{"mmod", "ndin", "targ", "dscm", "dmnd", "dmdd", "vcgt", "appl", "APPL", "DELL", "Qx7", "Q\x00x", "\x07\xdb\x00\x0c", "\x51\x78\x37\x53", "\xc5\xc5\xc5"} {
			if bytes.Contains(b, []byte(gone)) {
				t.Errorf("%q is still there", gone)
			}
		}
	}
	for _, stays := range []string{"acsp", "rXYZ", "bTRC", "chad", "wtpt", "desc", "cprt"} {
		if !bytes.Contains(after, []byte(stays)) {
			t.Errorf("%s is not there any more", stays)
		}
	}
	for tag, value := range tags(t, path) {
		if text, ok := value.(string); ok && strings.HasPrefix(tag, "ICC") && strings.HasSuffix(tag, "Date") && text != "0000:00:00 00:00:00" {
			t.Errorf("%s is %s", tag, text)
		}
	}
}

// What is no profile goes, as no program uses it; one too large for any is refused.
func TestProfilesOfNoUse(t *testing.T) {
	need(t, "ffmpeg")
	jpeg := made(t, "a.jpg", "-pix_fmt", "yuvj420p", "-bitexact")
	bare := clear(t, jpeg, "image/jpeg")
	piece := func(number, count byte, content string) []byte {
		return segment(0xe2, "ICC_PROFILE\x00"+string([]byte{number, count})+content)
	}
	with := func(segments ...[]byte) []byte {
		return slices.Concat(bare[:20], slices.Concat(segments...), bare[20:])
	}
	good := string(clearedProfile(t, bare))
	for name, segments := range map[string][][]byte{
		"words": {piece(1, 1, marker)}, "incomplete": {piece(1, 2, good)}, "twice": {piece(1, 2, good[:200]), piece(1, 2, good[200:])},
		"number 0": {piece(0, 1, good)}, "no tags": {piece(1, 1, good[:128])}, "two counts": {piece(1, 2, good[:200]), piece(2, 3, good[200:])},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clearTwice(t, with(segments...), "image/jpeg"); !bytes.Equal(got, bare) {
				t.Errorf("%d bytes are left, want %d", len(got), len(bare))
			}
		})
	}
	for name, segments := range map[string][][]byte{
		"one piece": {piece(1, 1, good)}, "two": {piece(1, 2, good[:200]), piece(2, 2, good[200:])}, "two, the second first": {piece(2, 2, good[200:]), piece(1, 2, good[:200])},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clearTwice(t, with(segments...), "image/jpeg"); !bytes.Equal(got, with(segments...)) {
				t.Errorf("a clean profile is changed")
			}
		})
	}
	var large [][]byte
	for i := range 70 {
		large = append(large, piece(byte(i+1), 70, strings.Repeat("x", 65000)))
	}
	refused(t, with(large...), "image/jpeg")
}

// clearedProfile returns a profile as it is after cleaning.
func clearedProfile(t *testing.T, bare []byte) []byte {
	t.Helper()
	profile := screenProfile(2.2, 2, 0)
	b := slices.Concat(bare[:20], segment(0xe2, "ICC_PROFILE\x00\x01\x01"+string(profile)), bare[20:])
	f := &memory{b: b}
	if err := metadata.Clean(f, int64(len(b)), "image/jpeg"); err != nil {
		t.Fatal(err)
	}
	return f.b[20+18:][:len(profile)]
}
