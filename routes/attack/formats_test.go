package attack

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"sync"

	"github.com/privet/privet/routes/testkit"
)

// tinyPNG is a picture.
var tinyPNG = string(testkit.PNG())

// hostileFile is a file that is made to cost more than its bytes.
type hostileFile struct {
	name, kind string // the file's, with its media type
	about      string
	content    func() []byte
}

// repeat repeats a text up to about size bytes.
func repeat(text string, size int) []byte { return bytes.Repeat([]byte(text), size/len(text)) }

// box returns a box of ISO/IEC 14496-12.
func box(kind string, content ...string) string {
	all := strings.Join(content, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(all)))) + kind + all
}

// nested returns boxes of a kind, one in the other, as text.
func nested(kind string, depth int, innermost string) string {
	size := 8*depth + len(innermost)
	var out bytes.Buffer
	for range depth {
		out.Write(binary.BigEndian.AppendUint32(nil, uint32(size)))
		out.WriteString(kind)
		size -= 8
	}
	out.WriteString(innermost)
	return out.String()
}

// chunk returns a chunk of a PNG.
func chunk(kind, content string) string {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	out = append(append(out, kind...), content...)
	return string(binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:])))
}

// png returns a PNG of a size in pixels, with chunks before the pixels, which are all black.
func png(width, height int, chunks string) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	var pixels bytes.Buffer
	w, _ := zlib.NewWriterLevel(&pixels, zlib.BestSpeed)
	row := make([]byte, 1+(width+7)/8)
	for range height {
		_, _ = w.Write(row)
	}
	_ = w.Close()
	return []byte("\x89PNG\r\n\x1a\n" + chunk("IHDR", string(header)+"\x01\x00\x00\x00\x00") + chunks + chunk("IDAT", pixels.String()) + chunk("IEND", ""))
}

// sampleTables is a movie whose sample tables claim count samples of a byte, each in a chunk of its own.
func sampleTables(count int) []byte {
	var offsets bytes.Buffer
	for n := range count {
		offsets.Write(binary.BigEndian.AppendUint32(nil, uint32(32+n)))
	}
	number := string(binary.BigEndian.AppendUint32(nil, uint32(count)))
	stbl := box("stbl", box("stsd", "\x00\x00\x00\x00\x00\x00\x00\x01", box("mp4v", strings.Repeat("\x00", 78))),
		box("stts", "\x00\x00\x00\x00\x00\x00\x00\x01"+number+"\x00\x00\x00\x01"), box("stsc", "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01"),
		box("stsz", "\x00\x00\x00\x00\x00\x00\x00\x01"+number), box("stco", "\x00\x00\x00\x00"+number, offsets.String()))
	hdlr := box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00vide"+strings.Repeat("\x00", 13))
	moov := box("moov", box("mvhd", strings.Repeat("\x00", 100)), box("trak", box("tkhd", strings.Repeat("\x00", 84)),
		box("mdia", box("mdhd", strings.Repeat("\x00", 24)), hdlr, box("minf", box("vmhd", strings.Repeat("\x00", 12)), stbl))))
	return []byte(box("ftyp", "mp42\x00\x00\x00\x00mp42isom") + box("mdat", strings.Repeat("x", count)) + moov)
}

// heif is a picture with count items of two extents each, out of order.
func heif(count int) []byte {
	var infos, locations bytes.Buffer
	for n := range count {
		id := string(binary.BigEndian.AppendUint16(nil, uint16(n+1)))
		infos.WriteString(box("infe", "\x02\x00\x00\x00"+id+"\x00\x00hvc1\x00"))
		locations.WriteString(id + "\x00\x00\x00\x02")
		for extent := range 2 {
			locations.Write(binary.BigEndian.AppendUint32(nil, uint32(100+(count-n)*16+extent)))
			locations.WriteString("\x00\x00\x00\x01")
		}
	}
	number := string(binary.BigEndian.AppendUint16(nil, uint16(count)))
	return []byte(box("ftyp", "heic\x00\x00\x00\x00mif1heic") + box("meta", "\x00\x00\x00\x00",
		box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00pict"+strings.Repeat("\x00", 13)), box("pitm", "\x00\x00\x00\x00\x00\x01"),
		box("iinf", "\x00\x00\x00\x00"+number, infos.String()), box("iloc", "\x00\x00\x00\x00\x44\x00"+number, locations.String())) +
		box("mdat", strings.Repeat("x", 16*count)))
}

// hostileFiles are sent to sign-up, which needs a picture or a video, by whoever likes; more are variants of them.
var hostileFiles = sync.OnceValues(func() (files, more []hostileFile) {
	const webm, mp4, jpeg, gif = "video/webm", "video/mp4", "image/jpeg", "image/gif"
	ebml := "\x1a\x45\xdf\xa3\x87\x42\x82\x84webm" + "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"
	ftyp := box("ftyp", "mp42\x00\x00\x00\x00mp42isom")
	jfif := "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
	gifHead := "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
	files = []hostileFile{
		{"x.webm", webm, "WebM of 4 million empty Voids", func() []byte { return append([]byte(ebml), repeat("\xec\x80", 8<<20)...) }},
		{"x.webm", webm, "WebM of unknown elements", func() []byte { return append([]byte(ebml), repeat("\x81\x80\x42\x99\x80", 8<<20)...) }},
		{"x.mp4", mp4, "MP4 of 500,000 tiny boxes", func() []byte { return append([]byte(ftyp), repeat(box("free"), 4<<20)...) }},
		{"x.mp4", mp4, "MP4 of unknown boxes in moov", func() []byte { return []byte(ftyp + box("moov", string(repeat(box("abcd"), 4<<20)))) }},
		{"x.mp4", mp4, "MP4 of a million samples in chunks of one", func() []byte { return sampleTables(1_000_000) }},
		{"x.mp4", mp4, "MP4 of empty fragments", func() []byte {
			return []byte(ftyp + box("moov", box("mvhd", strings.Repeat("\x00", 100))) + string(repeat(box("moof", box("mfhd", "\x00\x00\x00\x00\x00\x00\x00\x01"))+box("mdat"), 8<<20)))
		}},
		{"x.heic", "image/heic", "HEIF of 60,000 items out of order", func() []byte { return heif(60_000) }},
		{"x.png", "image/png", "PNG of empty private chunks", func() []byte { return png(8, 8, string(repeat(chunk("prVt", ""), 8<<20))) }},
		{"x.png", "image/png", "PNG of 30,000 × 30,000 pixels", func() []byte { return png(30_000, 30_000, "") }},
		{"x.gif", gif, "GIF of blocks of one byte", func() []byte { return []byte(gifHead + "\x21\xfe" + string(repeat("\x01x", 8<<20)) + "\x00;") }},
		{"x.gif", gif, "GIF of a million frames", func() []byte {
			return append([]byte(gifHead), repeat("\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00", 8<<20)...)
		}},
		{"x.jpg", jpeg, "JPEG of empty comments", func() []byte { return append([]byte(jfif), repeat("\xff\xfe\x00\x02", 8<<20)...) }},
		{"x.jpg", jpeg, "JPEG of empty scans", func() []byte {
			return append([]byte(jfif+"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"), repeat("\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00", 8<<20)...)
		}},
		{"x.webp", "image/webp", "WebP of empty chunks", func() []byte {
			chunks := "VP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x07\x00\x00" + string(repeat("abcd\x00\x00\x00\x00", 8<<20))
			return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(4+len(chunks)))) + "WEBP" + chunks)
		}},
	}
	more = []hostileFile{
		{"x.webm", webm, "WebM of empty clusters with Voids", func() []byte { return append([]byte(ebml), repeat("\x1f\x43\xb6\x75\x84\xec\x80\xec\x80", 8<<20)...) }},
		{"x.webm", webm, "WebM of tags in tags", func() []byte { return append([]byte(ebml), repeat("\x12\x54\xc3\x67\x83\x73\x73\x80", 8<<20)...) }},
		{"x.mp4", mp4, "MP4 of boxes in boxes, 500,000 deep", func() []byte { return []byte(ftyp + nested("moov", 500_000, "")) }},
		{"x.mp4", mp4, "MP4 of user data in tracks", func() []byte {
			return []byte(ftyp + box("moov", string(repeat(box("trak", box("udta", box("meta"))), 4<<20))))
		}},
		{"x.png", "image/png", "PNG of empty texts", func() []byte { return png(8, 8, string(repeat(chunk("tEXt", "a\x00"), 8<<20))) }},
		{"x.gif", gif, "GIF of empty comments", func() []byte { return append([]byte(gifHead), repeat("\x21\xfe\x00", 8<<20)...) }},
		{"x.jpg", jpeg, "JPEG of fill bytes", func() []byte { return append([]byte(jfif), repeat("\xff", 8<<20)...) }},
		{"x.avi", "video/x-msvideo", "AVI of empty chunks", func() []byte {
			chunks := string(repeat("JUNK\x00\x00\x00\x00", 8<<20))
			return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(4+len(chunks)))) + "AVI " + chunks)
		}},
		{"x.svg", "image/svg+xml", "SVG of entities in entities", func() []byte {
			return []byte(`<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">]><svg xmlns="http://www.w3.org/2000/svg">` + strings.Repeat("&a;", 1<<20) + "</svg>")
		}},
		{"x.bin", "video/mp4", "a file of nothing known", func() []byte { return repeat("\x00", 8<<20) }},
	}
	return files, more
})
