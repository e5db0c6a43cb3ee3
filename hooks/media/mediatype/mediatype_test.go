package mediatype

import (
	"strings"
	"testing"
)

// ftyp returns the start of a file of the ISO base media family with this brand.
func ftyp(brand string) string {
	return "\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00isommp42" + strings.Repeat("\x00", 40)
}

// The first bytes of a JPEG and a PNG.
const (
	jpegHead = "\xff\xd8\xff\xe0\x00\x10JFIF\x00"
	pngHead  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
)

func TestSniff(t *testing.T) {
	for name, c := range map[string]struct {
		head, mime string
	}{
		"JPEG":          {jpegHead, "image/jpeg"},
		"PNG":           {pngHead, "image/png"},
		"APNG":          {pngHead + "\x90wS\xde\x00\x00\x00\x08acTL\x00\x00\x00\x01", "image/apng"},
		"GIF":           {"GIF89a\x01\x00\x01\x00", "image/gif"},
		"WebP":          {"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"},
		"HEIC":          {ftyp("heic"), "image/heic"},
		"HEIC sequence": {ftyp("hevc"), "image/heic-sequence"},
		"HEIF":          {ftyp("mif1"), "image/heif"},
		"HEIF sequence": {ftyp("msf1"), "image/heif-sequence"},
		"AVIF":          {ftyp("avif"), "image/avif"},
		"MP4":           {ftyp("isom"), "video/mp4"},
		"MP4, unknown":  {ftyp("XAVC"), "video/mp4"},
		"MP4, PSP":      {ftyp("MSNV"), "video/mp4"},
		"M4V":           {ftyp("M4V "), "video/x-m4v"},
		"MOV":           {ftyp("qt  "), "video/quicktime"},
		"3GP":           {ftyp("3gp5"), "video/3gpp"},
		"3G2":           {ftyp("3g2a"), "video/3gpp2"},
		"WebM":          {"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm", "video/webm"},
		"Matroska":      {"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x88matroska", "video/matroska"},
		"nothing":       {"", ""},
		"text":          {"hello", ""},
		"zeros":         {strings.Repeat("\x00", 100), ""},
		"SVG":           {`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`, ""},
		"HTML":          {"<!DOCTYPE html><html>", ""},
		"playlist":      {"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd", ""},
		"M4A":           {ftyp("M4A "), ""},
		"MP3":           {"ID3\x04\x00\x00\x00\x00\x00\x00", ""},
		"PDF":           {"%PDF-1.7", ""},
		"ZIP":           {"PK\x03\x04", ""},
		"TIFF":          {"II*\x00\x08\x00\x00\x00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := Sniff([]byte(c.head))
			if got.MIME != c.mime || (got.Kind == 0) != (c.mime == "") {
				t.Errorf("%+v, want %q", got, c.mime)
			}
			if kind := map[string]Kind{"": 0, "image": Image, "video": Video}[strings.Split(c.mime, "/")[0]]; got.Kind != kind {
				t.Errorf("kind %d", got.Kind)
			}
		})
	}
}
