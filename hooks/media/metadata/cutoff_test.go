package metadata_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// made returns an image made by ffmpeg.
func made(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	still(args...)(t, path)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// clearTwice returns the content after cleaning, and checks that cleaning it again changes nothing.
func clearTwice(t *testing.T, content []byte, mime string) []byte {
	t.Helper()
	once := clear(t, content, mime)
	if !bytes.Equal(once, clear(t, once, mime)) {
		t.Error("cleaning twice is not cleaning once")
	}
	return once
}

// A JPEG that ends within its data is accepted: all of the data is kept, and nothing of a segment begun after it.
func TestCutOffJPEG(t *testing.T) {
	need(t, "ffmpeg")
	whole := made(t, "a.jpg", "-pix_fmt", "yuvj420p", "-bitexact")
	bare := clear(t, whole, "image/jpeg")
	scan := bytes.Index(bare, []byte{0xff, 0xda}) + 14
	tagged := func(n int) []byte { return slices.Concat(bare[:20], segment(0xfe, marker), bare[20:n]) }
	for _, n := range []int{scan, scan + 1, (scan + len(bare)) / 2, len(bare) - 3, len(bare) - 2, len(bare) - 1} {
		t.Run(fmt.Sprint(n, " bytes"), func(t *testing.T) {
			got := clearTwice(t, tagged(n), "image/jpeg")
			want := bare[:n]
			if !bytes.Equal(got, want) {
				t.Errorf("%d are left, want %d", len(got), len(want))
			}
		})
	}
	data := bare[:len(bare)-2]
	for name, rest := range map[string][]byte{
		"comment": segment(0xfe, marker+"more")[:4+len(marker)], "EXIF": segment(0xe1, "Exif\x00\x00"+marker+"more")[:10+len(marker)],
		"table": segment(0xdb, marker+"more")[:4+len(marker)], "head alone": {0xff, 0xdb, 0}, "scan": segment(0xda, marker+"more")[:4+len(marker)],
		"a comment, then nothing": segment(0xfe, marker), "a comment, then words": append(segment(0xfe, marker), marker...),
	} {
		t.Run(name, func(t *testing.T) {
			if got := clearTwice(t, slices.Concat(data, rest), "image/jpeg"); !bytes.Equal(got, data) {
				t.Errorf("%d bytes are left, want %d", len(got), len(data))
			}
		})
	}
	refused(t, bare[:scan-1], "image/jpeg")
	clearTwice(t, append(slices.Clone(data), 0xff, 0xff), "image/jpeg")
	refused(t, slices.Concat(data, []byte{0xff, 0xf7, 0, 2}), "image/jpeg")
}

// The same for a PNG.
func TestCutOffPNG(t *testing.T) {
	need(t, "ffmpeg")
	bare := clear(t, made(t, "a.png"), "image/png")
	data, end := bytes.Index(bare, []byte("IDAT"))+4, len(bare)-12
	tagged := func(n int) []byte { return slices.Concat(bare[:33], chunk("tEXt", marker), bare[33:n]) }
	for _, n := range []int{data, data + 1, (data + end) / 2, end - 1, end, end + 1, end + 8, end + 11} {
		t.Run(fmt.Sprint(n, " bytes"), func(t *testing.T) {
			want := bare[:min(n, end)]
			if got := clearTwice(t, tagged(n), "image/png"); !bytes.Equal(got, want) {
				t.Errorf("%d are left, want %d", len(got), len(want))
			}
		})
	}
	for _, kind := range []string{"tEXt", "eXIf", "zzZZ", "fcTL", "fdAT", "PLTE"} {
		cut := chunk(kind, marker+"more")
		for _, n := range []int{7, 8, 8 + len(marker), len(cut) - 1} {
			t.Run(fmt.Sprintf("%s after %d bytes", kind, n), func(t *testing.T) {
				if got := clearTwice(t, slices.Concat(bare[:end], cut[:n]), "image/png"); !bytes.Equal(got, bare[:end]) {
					t.Errorf("%d are left, want %d", len(got), end)
				}
			})
		}
	}
	for _, n := range []int{20, data - 5, data - 1} {
		refused(t, bare[:n], "image/png")
	}
}

// The same for a GIF: of the data of its first image there is a byte at least.
func TestCutOffGIF(t *testing.T) {
	need(t, "ffmpeg")
	bare := clear(t, made(t, "a.gif"), "image/gif")
	begin := 13 + int(3<<(bare[10]&7+1)) // after the colours
	data := begin + bytes.IndexByte(bare[begin:], ',') + 11
	comment := []byte("!\xfe\x09" + marker + "\x00")
	tagged := func(n int) []byte { return slices.Concat(bare[:begin], comment, bare[begin:n]) }
	for _, n := range []int{data + 1, data + 2, (data + len(bare)) / 2, len(bare) - 2, len(bare) - 1} {
		t.Run(fmt.Sprint(n, " bytes"), func(t *testing.T) {
			if got := clearTwice(t, tagged(n), "image/gif"); !bytes.Equal(got, bare[:n]) {
				t.Errorf("%d are left, want %d", len(got), n)
			}
		})
	}
	for n := 1; n < len(comment); n++ {
		if got := clearTwice(t, slices.Concat(bare[:len(bare)-1], comment[:n]), "image/gif"); !bytes.Equal(got, bare[:len(bare)-1]) {
			t.Errorf("with %d bytes of a comment %d are left", n, len(got))
		}
	}
	for _, n := range []int{begin, data - 5, data - 1, data} {
		refused(t, bare[:n], "image/gif")
	}
}

// The same for a WebP, still and moving. The lengths that it states stay, as decoders take shorter ones for an error.
func TestCutOffWebP(t *testing.T) {
	need(t, "ffmpeg")
	for name, args := range map[string][]string{"plain.webp": {"-c:v", "libwebp"}, "moving.webp": {"-c:v", "libwebp_anim", "-loop", "0"}} {
		bare := clear(t, made(t, name, args...), "image/webp")
		data := bytes.Index(bare, []byte("VP8 ")) + 8
		if data < 8 {
			t.Fatal("no picture")
		}
		for _, n := range []int{data + 1, (data + len(bare)) / 2, len(bare) - 1} {
			t.Run(fmt.Sprint(name, " ", n, " bytes"), func(t *testing.T) {
				if got := clearTwice(t, bare[:n], "image/webp"); len(got) != n || !bytes.Equal(got[8:], bare[8:n]) {
					t.Errorf("%d are left, want %d", len(got), n)
				}
			})
		}
		exif := []byte("EXIF\x40\x00\x00\x00" + marker)
		more := slices.Concat(bare, exif)
		binary.LittleEndian.PutUint32(more[4:], uint32(len(bare)+64))
		if got := clearTwice(t, more, "image/webp"); !bytes.Equal(got, bare) {
			t.Errorf("%s: with a part of an EXIF %d bytes are left, want %d", name, len(got), len(bare))
		}
		refused(t, bare[:data-8], "image/webp")
		refused(t, bare[:data], "image/webp")
	}
}
