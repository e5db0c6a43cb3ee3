package metadata_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/privet/privet/hooks/media/metadata"
)

// segment returns a JPEG segment.
func segment(mark byte, content string) []byte {
	return slices.Concat([]byte{0xff, mark}, binary.BigEndian.AppendUint16(nil, uint16(len(content)+2)), []byte(content))
}

// chunk returns a PNG chunk.
func chunk(kind, content string) []byte {
	body := []byte(kind + content)
	return slices.Concat(u32(uint32(len(content))), body, u32(crc32.ChecksumIEEE(body)))
}

// Vendors' own segments, chunks and boxes, which no tool here writes, are removed; only the bare image remains.
func TestMakersParts(t *testing.T) {
	need(t, "ffmpeg")
	folder := t.TempDir()
	made := func(name string, args ...string) []byte {
		path := filepath.Join(folder, name)
		still(args...)(t, path)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	jpeg, png, webp := made("a.jpg", "-pix_fmt", "yuvj420p", "-bitexact"), made("a.png"), made("a.webp", "-c:v", "libwebp")
	extra := slices.Concat(
		segment(0xe0, "JFXX\x00\x10"+marker), segment(0xe2, "MPF\x00"+marker), segment(0xe2, "FPXR\x00"+marker), segment(0xeb, "JP"+marker),
		segment(0xed, "Photoshop 3.0\x00"+marker), segment(0xe1, "http://ns.adobe.com/xmp/extension/\x00"+marker), segment(0xfe, marker),
		segment(0xe4, marker), segment(0xef, marker), []byte("garbage\xff\xff\xff"))
	adobe := segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00\x01")
	start := 2 + 2 + int(binary.BigEndian.Uint16(jpeg[4:])) // after SOI and JFIF
	bare := clear(t, jpeg, "image/jpeg")
	bareStart := 2 + 18
	for name, c := range map[string]struct {
		mime          string
		content, want []byte
	}{
		"jpeg": {"image/jpeg", slices.Concat(jpeg[:start], extra, adobe[:2], []byte{0, byte(len(adobe) - 2 + 9)}, adobe[4:], []byte(marker), jpeg[start:]),
			slices.Concat(bare[:bareStart], adobe, bare[bareStart:])},
		"jpeg with a video behind": {"image/jpeg", slices.Concat(jpeg, jpeg, []byte("MotionPhoto_Data"), sensorVideo(nil)), bare},
		"png": {"image/png", slices.Concat(png[:33], chunk("caBX", marker), chunk("tEXt", marker), chunk("iDOT", marker), png[33:len(png)-12],
			chunk("tIME", "abcdefg"), png[len(png)-12:], []byte(marker), png), clear(t, png, "image/png")},
		"webp": {"image/webp", withSize(slices.Concat(webp, []byte("JUNK\x09\x00\x00\x00"+marker+"\x00"))), clear(t, webp, "image/webp")},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clear(t, c.content, c.mime); !bytes.Equal(got, c.want) {
				t.Errorf("%d bytes are left, want %d", len(got), len(c.want))
			}
		})
	}
}

// withSize corrects the length in a WebP's header.
func withSize(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

// clear returns the content after cleaning, and checks that the marker was removed.
func clear(t *testing.T, content []byte, mime string) []byte {
	t.Helper()
	f := &memory{b: slices.Clone(content)}
	if err := metadata.Clean(f, int64(len(content)), mime); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(f.b, []byte(marker)) {
		t.Error("the marker is still there")
	}
	return f.b
}

// Vendors' boxes of a video become free space wherever they are, and what is played stays where it was.
func TestMakersBoxes(t *testing.T) {
	plain := sensorVideo(box("gpmd", make([]byte, 8)))
	want := clear(t, plain, "video/mp4")
	own := slices.Concat(box("uuid", bytes.Repeat([]byte("u"), 16), []byte(marker)), box("udta", []byte(marker)), box("free", []byte(marker)),
		box("skip", []byte(marker)), box("meta", u32(0), box("xml ", []byte(marker))), box("mpvd", []byte(marker)), box("prft", []byte(marker)),
		box("jumb", []byte(marker)), u32(1), []byte("sefd"), u32(0, uint32(16+len(marker))), []byte(marker))
	for name, trailer := range map[string][]byte{
		"none": nil, "short": []byte("SEFT"), "maker's": []byte("\x00\x00\x01\x0aSEFH" + marker), "zeros": make([]byte, 100),
	} {
		t.Run("trailer "+name, func(t *testing.T) {
			got := clear(t, slices.Concat(plain, own, trailer), "video/mp4")
			if !bytes.HasPrefix(got, want) || len(got) != len(plain)+len(own) {
				t.Errorf("%d bytes became %d, want %d", len(plain)+len(own)+len(trailer), len(got), len(plain)+len(own))
			}
		})
	}
	tail := slices.Concat(u32(0), []byte("mdat"))
	if got := clear(t, slices.Concat(plain, tail, []byte(marker)), "video/mp4"); !bytes.Equal(got, slices.Concat(want, tail, make([]byte, len(marker)))) {
		t.Error("media data without a length, and without a track, is not overwritten")
	}
}
