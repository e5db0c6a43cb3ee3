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

	"github.com/privet/privet/hooks/media/metadata"
)

// refused checks that a content is refused.
func refused(t *testing.T, content []byte, mime string) {
	t.Helper()
	if err := metadata.Clean(&memory{b: slices.Clone(content)}, int64(len(content)), mime); !errors.Is(err, metadata.ErrUnclean) {
		t.Errorf("it is taken: %v", err)
	}
}

// A video whose samples are image files can reveal where it was made, by an EXIF in each of them.
func TestPictureFilesAsVideo(t *testing.T) {
	need(t, "ffmpeg", "exiftool")
	folder := t.TempDir()
	photo := filepath.Join(folder, "photo.jpg")
	still("-pix_fmt", "yuvj420p")(t, photo)
	run(t, "exiftool", "-q", "-overwrite_original", "-Make="+marker, "-GPSLatitude=48.1", "-GPSLatitudeRef=N", photo)
	for name, c := range map[string]struct {
		mime string
		args []string
	}{
		"copied.mov": {"video/quicktime", []string{"-c", "copy"}},
		"copied.mp4": {"video/mp4", []string{"-c", "copy"}},
		"copied.mkv": {"video/matroska", []string{"-c", "copy"}},
		"mjpa.mov":   {"video/quicktime", []string{"-c", "copy", "-tag:v", "mjpa"}},
		"MJPG.mov":   {"video/quicktime", []string{"-c", "copy", "-tag:v", "MJPG", "-strict", "-2"}},
		"coded.mp4":  {"video/mp4", []string{"-c:v", "mjpeg"}},
		"png.mov":    {"video/quicktime", []string{"-c:v", "png"}},
		"png.mp4":    {"video/mp4", []string{"-c:v", "png"}},
		"png.mkv":    {"video/matroska", []string{"-c:v", "png"}},
		"jpeg2k.mov": {"video/quicktime", []string{"-c:v", "jpeg2000"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(folder, name)
			ffmpeg(t, slices.Concat([]string{"-f", "image2", "-i", photo}, c.args, []string{path})...)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(name, "copied") && !bytes.Contains(b, []byte(marker)) {
				t.Fatal("the sample holds no EXIF")
			}
			refused(t, b, c.mime)
		})
	}
}

// The same for format names that no tool here writes.
func TestPictureFilesByName(t *testing.T) {
	good := sensorVideo(box("gpmd", make([]byte, 8)))
	clear(t, good, "video/mp4")
	for _, code := range []string{"jpeg", "mjpa", "mjpb", "MJPG", "mjpg", "AVDJ", "AVRn", "dmb1", "png ", "MPNG", "tiff", "gif ", "jpg ", "mjp2"} {
		t.Run(code, func(t *testing.T) { refused(t, bytes.Replace(good, []byte("avc1"), []byte(code), 1), "video/mp4") })
	}
	for name, descriptors := range map[string]string{
		"JPEG":      "\x03\x19\x00\x01\x00\x04\x11\x6c\x11",
		"PNG":       "\x03\x80\x80\x80\x19\x00\x01\x00\x04\x80\x80\x80\x11\x6d\x11",
		"JPEG 2000": "\x03\x19\x00\x01\xe0ab\x03url\x00\x02\x04\x11\x6e\x11",
		"no stream": "\x05\x02ab\x04\x11\x6c\x11",
	} {
		t.Run(name, func(t *testing.T) { refused(t, withDescriptors(descriptors), "video/mp4") })
	}
	clear(t, withDescriptors("\x03\x19\x00\x01\x00\x04\x11\x20\x11"), "video/mp4") // MPEG-4
}

// withDescriptors returns a video whose format is described by MPEG-4 descriptors.
func withDescriptors(descriptors string) []byte {
	head := box("ftyp", []byte("mp42"), u32(0))
	visual := box("mp4v", make([]byte, 78), box("esds", u32(0), []byte(descriptors)))
	return slices.Concat(head, box("mdat", []byte("PICTURES")),
		box("moov", trackBox(1, "vide", visual, uint32(len(head)+8), 8, 1)))
}

// element returns a Matroska element with a length of one byte.
func element(id string, content ...string) string {
	all := strings.Join(content, "")
	return id + string([]byte{0x80 | byte(len(all))}) + all
}

// matroska returns a Matroska file with these tracks and one block.
func matroska(tracks ...string) []byte {
	cluster := element("\x1f\x43\xb6\x75", element("\xa3", "\x81\x00\x00\x00PICTURE"))
	return []byte(element("\x1a\x45\xdf\xa3") + element("\x18\x53\x80\x67", element("\x16\x54\xae\x6b", tracks...), cluster))
}

func TestPictureFilesInMatroska(t *testing.T) {
	track := func(codec, private string) []byte {
		return matroska(element("\xae", element("\xd7", "\x01"), element("\x83", "\x01"), element("\x86", codec), element("\x63\xa2", private)))
	}
	clear(t, track("V_MPEG4/ISO/AVC", "config"), "video/matroska")
	windows := func(code string) []byte { return track("V_MS/VFW/FOURCC", strings.Repeat("\x00", 16)+code+"rest") }
	clear(t, windows("H264"), "video/matroska")
	for name, b := range map[string][]byte{
		"JPEG": track("V_MJPEG", ""), "QuickTime's": track("V_QUICKTIME", "any"),
		"MJPG": windows("MJPG"), "mjpg": windows("mjpg"), "MPNG": windows("MPNG"), "MJP2": windows("MJP2"),
	} {
		t.Run(name, func(t *testing.T) { refused(t, b, "video/matroska") })
	}
}

// A HEIF that is a JPEG, or consists of some, is refused. One that only has a JPEG beside it, a thumbnail, loses it.
func TestPictureFileInHEIF(t *testing.T) {
	const thumbnail = "thumbnail " + marker + " with a place"
	items := func(first string, primary uint16, reference string, from, to uint16) []byte {
		u16 := func(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }
		item := func(id uint16, kind string) []byte {
			return box("infe", u32(2<<24), u16(id), u16(0), []byte(kind), []byte{0})
		}
		head := box("ftyp", []byte("mif1"), u32(0))
		meta := func(at uint32) []byte {
			return box("meta", u32(0), box("hdlr", u32(0, 0), []byte("pict"), make([]byte, 13)), box("pitm", u32(0), u16(primary)),
				box("iinf", u32(0), u16(2), item(1, first), item(2, "jpeg")),
				box("iref", u32(0), box(reference, u16(from), u16(1), u16(to))),
				box("iloc", u32(0), []byte{0x44, 0, 0, 2}, u16(1), u16(0), u16(1), u32(at, 8), u16(2), u16(0), u16(1), u32(at+8, uint32(len(thumbnail)))))
		}
		return slices.Concat(head, meta(uint32(len(head)+len(meta(0))+8)), box("mdat", []byte("PICTURE!"+thumbnail)))
	}
	got := clearTwice(t, items("hvc1", 1, "thmb", 2, 1), "image/heic")
	for _, stays := range []string{"PICTURE!", "cdsc", "hvc1", "Exif"} {
		if !bytes.Contains(got, []byte(stays)) {
			t.Errorf("%s is not there any more", stays)
		}
	}
	for _, gone := range []string{"thmb", "jpeg", "thumb", "place"} {
		if bytes.Contains(got, []byte(gone)) {
			t.Errorf("%s is still there", gone)
		}
	}
	refused(t, items("jpeg", 1, "thmb", 2, 1), "image/heic")
	refused(t, items("hvc1", 2, "thmb", 1, 2), "image/heic")
	refused(t, items("grid", 1, "dimg", 1, 2), "image/heic")
}

// A file with sound alone is no video.
func TestOnlySound(t *testing.T) {
	head := box("ftyp", []byte("mp42"), u32(0))
	of := func(handler string) []byte {
		return slices.Concat(head, box("mdat", []byte("SAMPLE00")), box("moov", trackBox(1, handler, nil, uint32(len(head)+8), 8, 1)))
	}
	track := func(kind string) []byte {
		return matroska(element("\xae", element("\xd7", "\x01"), element("\x83", kind)))
	}
	for _, handler := range []string{"vide", "auxv", "pict"} {
		t.Run(handler, func(t *testing.T) { clear(t, of(handler), "video/mp4") })
	}
	for _, handler := range []string{"soun", "text", "meta"} {
		t.Run(handler, func(t *testing.T) {
			refused(t, of(handler), "video/mp4")
			refused(t, of(handler), "video/3gpp")
		})
	}
	refused(t, of("soun"), "image/heic")
	clear(t, track("\x01"), "video/webm")
	refused(t, track("\x02"), "video/webm")
	refused(t, track("\x11"), "video/matroska")
}
