package metadata_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/privet/privet/routes/testkit/oracle"
)

// find lists what two readers of metadata find in a file, for wantGone. Of a file that has none of it but its format
// there is nothing.
func find(t *testing.T, path, mime string) []oracle.Value {
	t.Helper()
	return oracle.Find(t, path, mime)
}

// wantGone checks that no text and no number that was found in a file before is anywhere in its bytes, or is still found.
func wantGone(t *testing.T, before []oracle.Value, path string, content []byte) {
	t.Helper()
	for _, v := range oracle.Remaining(before, content) {
		t.Errorf("%s is still in the file: %q", v.Tag, v.Text)
	}
	for _, left := range oracle.Leftovers(t, path) {
		t.Errorf("exiftool still finds %s", left)
	}
}

// withOrphan returns a file whose last mdat has more bytes at its end, which nothing refers to: as a recorder leaves its
// first movie header (iPhones, under the name hoov) or a block of positions (dash cameras).
func withOrphan(t *testing.T, b []byte) []byte {
	t.Helper()
	orphan := slices.Concat(box("hoov", box("mvhd", u32(0, 1234567, 7654321), make([]byte, 88)), box("udta", box("\xa9mak", []byte(marker)), box("\xa9xyz", []byte("+48.1234+011.5678/")))),
		[]byte("freeGPS "+marker+" 2011-12-13 N48.1234 E011.5678"))
	last := -1
	for at := 0; at+8 <= len(b); {
		size := int(binary.BigEndian.Uint32(b[at:]))
		if string(b[at+4:at+8]) == "mdat" {
			last = at
		}
		if size < 8 {
			t.Fatalf("a box of %d bytes", size)
		}
		at += size
	}
	if last < 0 {
		t.Fatal("no mdat")
	}
	size := int(binary.BigEndian.Uint32(b[last:]))
	longer := slices.Concat(b[:last+size], orphan, b[last+size:])
	binary.BigEndian.PutUint32(longer[last:], uint32(size+len(orphan)))
	return longer
}

// Bytes of media data that no kept track or item refers to are overwritten, and what is shown stays.
func TestOrphansGo(t *testing.T) {
	need(t, "ffmpeg", "exiftool", "heif-enc", "heif-convert")
	for _, s := range samples {
		switch s.name {
		case "h264.mp4", "h264.mov", "pcm.mov", "hevc.mp4", "plain.3gp", "fragments.mp4", "dash.mp4", "texts.mp4", "textfragments.mp4", "plain.heic", "thumbnail.heic", "plain.avif":
		default:
			continue
		}
		if testing.Short() && !slices.Contains([]string{"h264.mov", "fragments.mp4", "plain.heic"}, s.name) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), s.name)
			s.write(t, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, withOrphan(t, b), 0o600); err != nil {
				t.Fatal(err)
			}
			found, before := find(t, path, s.mime), shown(t, s, path)
			content := clean(t, path, s.mime)
			wantGone(t, found, path, content)
			for _, gone := range []string{marker, "hoov", "freeGPS", "48.1234", "\xa9mak", string(u32(1234567))} {
				if bytes.Contains(content, []byte(gone)) {
					t.Errorf("%q is still there", gone)
				}
			}
			if after := shown(t, s, path); before != after {
				t.Errorf("what is shown differs, before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

// Sound whose table gives one byte as the size of a sample, as QuickTime's does, keeps all its bytes.
func TestSoundOfOneByteStays(t *testing.T) {
	described := func(version byte, channels, bits byte, more ...[]byte) []byte {
		return box("sowt", make([]byte, 8), []byte{0, version}, make([]byte, 6), []byte{0, channels, 0, bits}, make([]byte, 8), slices.Concat(more...))
	}
	for name, c := range map[string]struct {
		entry []byte
		bytes int
	}{
		"mono of 8 bits":    {described(0, 1, 8), 10},
		"stereo of 16 bits": {described(0, 2, 16), 40},
		"packets":           {described(1, 1, 16, u32(64, 34, 34, 2)), 10},
		"packets of stereo": {described(1, 2, 16, u32(1, 2, 4, 2)), 40},
		"version 2":         {described(2, 3, 16, make([]byte, 28), u32(6, 1)), 60},
	} {
		t.Run(name, func(t *testing.T) {
			data := bytes.Repeat([]byte("SOUND"), 20)
			b := withTables(slices.Concat([]byte("PICTURES"), data), "soun", c.entry, box("stsz", u32(0, 1, 10)), box("stsc", u32(0, 1, 1, 10, 1)), box("stco", u32(0, 1, 32)))
			got := clearTwice(t, b, "video/quicktime")[32:][:len(data)]
			if want := slices.Concat(data[:c.bytes], make([]byte, len(data)-c.bytes)); !bytes.Equal(got, want) {
				t.Errorf("it became %q", got)
			}
		})
	}
}
