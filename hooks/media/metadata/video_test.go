package metadata_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/media/metadata"
)

// box returns a box of a kind with its content.
func box(kind string, content ...[]byte) []byte {
	body := slices.Concat(content...)
	return slices.Concat(u32(uint32(len(body)+8)), []byte(kind), body)
}

func u32(numbers ...uint32) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// trackBox returns a track whose samples are all of one size and in one chunk.
func trackBox(id uint32, handler string, description []byte, at, size, count uint32, more ...[]byte) []byte {
	return box("trak", slices.Concat(more...),
		box("tkhd", u32(0, 1234, 5678, id, 0, 9), make([]byte, 60)),
		box("mdia",
			box("mdhd", u32(0, 1234, 5678, 1000, 9, 0)),
			box("hdlr", u32(0, 0), []byte(handler), []byte("appl"), make([]byte, 8), []byte(marker+"\x00")),
			box("minf", box("vmhd", u32(1, 0, 0)),
				box("dinf", box("dref", u32(0, 1), box("url ", u32(1)))),
				box("stbl",
					box("stsd", u32(0, 1), description),
					box("stts", u32(0, 1, count, 10)),
					box("stsc", u32(0, 1, 1, count, 1)),
					box("stsz", u32(0, size, count)),
					box("stco", u32(0, 1, at))))))
}

// sensorVideo returns a video with a track of positions, as an action camera makes it.
func sensorVideo(format []byte) []byte {
	head := box("ftyp", []byte("mp42"), u32(0), []byte("mp42XAVCniko"))
	pictures, positions := bytes.Repeat([]byte("PICTURES"), 4), []byte("DEVC"+marker+"GPS5"+marker)
	at := uint32(len(head) + 8)
	visual := box("avc1", make([]byte, 12), []byte("GoPr"), make([]byte, 26), []byte("\x10"+marker), make([]byte, 22+4), box("avcC", []byte("config")))
	return slices.Concat(head, box("mdat", pictures, positions),
		box("moov", box("mvhd", u32(0, 1234, 5678, 1000, 9), make([]byte, 80)),
			trackBox(1, "vide", visual, at, 8, 4, box("tref", box("cdsc", u32(2)), box("auxl", u32(1)))),
			trackBox(2, "meta", format, at+32, uint32(len(positions)), 1),
			box("udta", box("\xa9xyz", []byte(marker)))))
}

func TestPositionsGo(t *testing.T) {
	b := sensorVideo(box("gpmd", make([]byte, 8)))
	f := &memory{b: slices.Clone(b)}
	if err := metadata.Clean(f, int64(len(b)), "video/mp4"); err != nil {
		t.Fatal(err)
	}
	if len(f.b) != len(b) {
		t.Errorf("%d bytes became %d", len(b), len(f.b))
	}
	for _, gone := range []string{marker, "GPS5", "DEVC", "gpmd", "udta", "cdsc", "XAVC", "niko", "GoPr", "appl", string(u32(1234)), string(u32(5678))} {
		if bytes.Contains(f.b, []byte(gone)) {
			t.Errorf("%q is still there", gone)
		}
	}
	for _, stays := range []string{strings.Repeat("PICTURES", 4), "avcC", "config", "auxl", "mp42"} {
		if !bytes.Contains(f.b, []byte(stays)) {
			t.Errorf("%q is not there any more", stays)
		}
	}
}

// A file that shows nothing is refused: a recording that was interrupted before its description was written, a file
// that is no boxes after its header, a description without samples, and what is encrypted.
func TestNothingToSee(t *testing.T) {
	head := box("ftyp", []byte("mp42\x00\x00\x00\x00mp42isom"))
	visual := func(kind string, more ...[]byte) []byte { return box(kind, make([]byte, 78), slices.Concat(more...)) }
	movie := func(description []byte, count uint32, more ...[]byte) []byte {
		return slices.Concat(head, box("mdat", []byte("PICTURES")),
			box("moov", trackBox(1, "vide", description, uint32(len(head)+8), 8, count), slices.Concat(more...)))
	}
	clear(t, movie(visual("vp09"), 1), "video/mp4")
	for name, content := range map[string][]byte{
		"media data":          slices.Concat(head, box("mdat", []byte("x"))),
		"data without length": slices.Concat(head, []byte("\x00\x00\x00\x00mdatxxxx")),
		"zeros":               slices.Concat(head, make([]byte, 100)),
		"noise":               slices.Concat(head, []byte("\x12\x34\x56\x78\x9a\xbc\xde\xf0noise")),
		"place":               slices.Concat(head, box("udta", []byte(marker)), box("mdat", []byte("x"))),
		"no samples":          movie(visual("vp09"), 0),
		"samples elsewhere":   slices.Concat(head, box("moov", trackBox(1, "vide", visual("vp09"), 1<<20, 8, 1))),
		"encrypted":           movie(visual("encv", box("sinf")), 1),
		"protection":          movie(visual("avc1", box("sinf")), 1),
		"system":              movie(visual("vp09"), 1, box("pssh", make([]byte, 24))),
		"Apple's":             movie(visual("drmi"), 1),
	} {
		t.Run(name, func(t *testing.T) { refused(t, content, "video/mp4") })
	}
	encodings := element("\x6d\x80", element("\x62\x40", element("\x50\x35", element("\x47\xe1", "\x05"))))
	cluster := element("\x1f\x43\xb6\x75", element("\xa3", "\x81\x00\x00\x00PICTURE"))
	track := func(more ...string) []byte {
		return matroska(element("\xae", "\xd7\x81\x01\x83\x81\x01", strings.Join(more, "")))
	}
	clear(t, track(), "video/webm")
	for name, content := range map[string][]byte{
		"WebM encrypted":       track(encodings),
		"WebM without blocks":  bytes.Replace(track(), []byte(cluster), []byte("\x1f\x43\xb6\x75\x8c\xec\x8a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 1),
		"WebM encrypted block": bytes.Replace(track(), []byte("\xa3\x8b\x81"), []byte("\xaf\x8b\x81"), 1),
	} {
		t.Run(name, func(t *testing.T) { refused(t, content, "video/webm") })
	}
}

// A file that may still hold metadata is refused.
func TestUnclean(t *testing.T) {
	good := sensorVideo(box("gpmd", make([]byte, 8)))
	replaced := func(old, with string) []byte {
		if !bytes.Contains(good, []byte(old)) {
			t.Fatalf("%q is not in the sample", old)
		}
		return bytes.Replace(good, []byte(old), []byte(with), 1)
	}
	at := uint32(20 + 8 + 8)
	nested := box("mdat")
	for range 100 {
		nested = box("moov", nested)
	}
	for name, c := range map[string]struct {
		mime    string
		content []byte
	}{
		"nothing":                 {"video/mp4", nil},
		"unknown type":            {"text/plain", good},
		"one byte":                {"video/mp4", []byte{1}},
		"cut off":                 {"video/mp4", good[:len(good)-20]},
		"compressed description":  {"video/mp4", replaced("mvhd", "cmov")},
		"two movies":              {"video/mp4", slices.Concat(good, box("moov"))},
		"nested movies":           {"video/mp4", slices.Concat(nested, []byte("x"))[:500]},
		"samples in the header":   {"video/mp4", replaced(string(u32(0, 1, at+32)), string(u32(0, 1, 4)))},
		"samples of both":         {"video/mp4", replaced(string(u32(0, 1, at+32)), string(u32(0, 1, at+8)))},
		"samples beyond":          {"video/mp4", replaced(string(u32(0, 1, at+32)), string(u32(0, 1, 1<<30)))},
		"millions of samples":     {"video/mp4", replaced(string(u32(0, 8, 4)), string(u32(0, 0, 1<<31)))},
		"picture in another's":    {"image/png", good},
		"JPEG without its data":   {"image/jpeg", []byte("\xff\xd8\xff\xdb\x00\x03abc")},
		"JPEG of a strange kind":  {"image/jpeg", []byte("\xff\xd8\xff\xf7\x00\x02\xff\xd9")},
		"PNG without its data":    {"image/png", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IHDR\x00\x00\x00\x00")},
		"PNG of Apple's":          {"image/png", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IHDR\x00\x00\x00\x00\x00\x00\x00\x00CgBI\x00\x00\x00\x00")},
		"GIF without its data":    {"image/gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00")},
		"WebP without its data":   {"image/webp", []byte("RIFF\xff\x00\x00\x00WEBPVP8 \x00\x00\x00\x00")},
		"Matroska with a lie":     {"video/webm", []byte("\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x90\x15\x49\xa9\x66\xff")},
		"Matroska without a head": {"video/webm", []byte("\x1a\x45\xdf\xa3\x80")},
	} {
		t.Run(name, func(t *testing.T) {
			err := metadata.Clean(&memory{b: slices.Clone(c.content)}, int64(len(c.content)), c.mime)
			if !errors.Is(err, metadata.ErrUnclean) {
				t.Errorf("it is taken: %v", err)
			}
		})
	}
}

// A large video is not copied; only its description is read.
func TestLargeVideo(t *testing.T) {
	b := sensorVideo(box("gpmd", make([]byte, 8)))
	path := filepath.Join(t.TempDir(), "large.mp4")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	movie := bytes.Index(b, []byte("moov")) - 4
	const filling = 378 << 20
	f.Write(b[:movie])
	f.WriteAt(slices.Concat(u32(filling), []byte("mdat")), int64(movie))
	pictures := bytes.Replace(b[movie:], u32(0, 8, 4), u32(0, (filling-8)/4, 4), 1)
	pictures = bytes.Replace(pictures, []byte("avc1"), []byte("vp09"), 1)
	f.WriteAt(bytes.Replace(pictures, u32(0, 1, 36), u32(0, 1, uint32(movie)+8), 1), int64(movie)+filling)
	info, _ := f.Stat()
	began := time.Now()
	allocated := testing.AllocsPerRun(1, func() {
		if err := metadata.Clean(f, info.Size(), "video/mp4"); err != nil {
			t.Fatal(err)
		}
	})
	if took := time.Since(began); took > 300*time.Millisecond {
		t.Errorf("%d MB took %v", info.Size()>>20, took)
	} else {
		t.Logf("%d MB twice: %v, %v allocations", info.Size()>>20, took, allocated)
	}
}
