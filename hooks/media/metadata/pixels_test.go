package metadata_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/privet/privet/hooks/media/metadata"
)

// An image with more pixels than a phone has memory for is refused by its header; those of the largest sensors are not.
func TestPixels(t *testing.T) {
	u16 := func(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
	le16 := func(n int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(n)) }
	le24 := func(n int) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16)} }
	jpegOf := func(frame byte, sampling string, w, h int) []byte {
		return slices.Concat([]byte("\xff\xd8\xff\xfe\x00\x02"), segment(frame, "\x08"+string(u16(h))+string(u16(w))+sampling), []byte("\xff\xda\x00\x02\xff\xd9"))
	}
	gray := "\x01\x01\x11\x00"
	pngOf := func(depth byte, w, h int) []byte {
		return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", string(u32(uint32(w), uint32(h)))+string([]byte{depth, 0, 0, 0, 0})),
			chunk("IDAT", "x"), chunk("IEND", ""))
	}
	frame := func(w, h int) []byte {
		return slices.Concat([]byte(",\x00\x00\x00\x00"), le16(w), le16(h), []byte{0, 2, 0})
	}
	screen := func(w, h int) []byte { return slices.Concat([]byte("GIF89a"), le16(w), le16(h), []byte{0, 0, 0}) }
	for name, c := range map[string]struct {
		mime string
		make func(w, h int) []byte
	}{
		"JPEG": {"image/jpeg", func(w, h int) []byte { return jpegOf(0xc0, gray, w, h) }},
		"JPEG, sampled oddly": {"image/jpeg", func(w, h int) []byte {
			return jpegOf(0xc2, "\x03\x01\x33\x00\x02\x11\x00\x03\x12\x00", w, h)
		}},
		"PNG":        {"image/png", func(w, h int) []byte { return pngOf(1, w, h) }},
		"APNG":       {"image/apng", func(w, h int) []byte { return pngOf(8, w, h) }},
		"GIF":        {"image/gif", func(w, h int) []byte { return slices.Concat(screen(w, h), frame(1, 1), []byte{0x3b}) }},
		"GIF, frame": {"image/gif", func(w, h int) []byte { return slices.Concat(screen(1, 1), frame(w, h), []byte{0x3b}) }},
		"WebP": {"image/webp", func(w, h int) []byte {
			return withSize(slices.Concat([]byte("RIFF____WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"), le24(w-1), le24(h-1), []byte("VP8L\x01\x00\x00\x00xx")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			clear(t, c.make(16384, 12288), c.mime)
			clear(t, c.make(12288, 16384), c.mime)
			refused(t, c.make(20000, 20000), c.mime)
			b := c.make(16385, 16384)
			f := &memory{b: slices.Clone(b)}
			if err := metadata.Clean(f, int64(len(b)), c.mime); !errors.Is(err, metadata.ErrUnclean) {
				t.Errorf("just too many are taken: %v", err)
			}
			if !bytes.Equal(f.b, b) {
				t.Error("it is changed before it is refused")
			}
		})
	}
}

// A GIF that shows nothing is refused.
func TestGIFWithoutImage(t *testing.T) {
	head, control := "GIF89a\x01\x00\x01\x00\x00\x00\x00", "!\xf9\x04\x00\x00\x00\x00\x00"
	for _, content := range []string{head, head + ";", head + control, head + control + "!\xfe\x01x\x00;", head + "junk"} {
		t.Run(fmt.Sprintf("%q", content[len(head):]), func(t *testing.T) { refused(t, []byte(content), "image/gif") })
	}
	clear(t, []byte(head+control+",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;"), "image/gif")
}
