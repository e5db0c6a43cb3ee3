package metadata_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// shape is a file that makes as much work as it can for its size.
type shape struct {
	name, mime string
	content    []byte
}

// shapes returns hostile files of about that size, of every format.
func shapes(size int) []shape {
	return slices.Concat(hostileRasters(size), hostileMovies(size), hostileImages(size), hostileMatroska(size), hostileStreams(size))
}

// fill returns head, as many pieces as fit into size, and tail.
func fill(size int, head, piece, tail string) []byte {
	return []byte(head + strings.Repeat(piece, max(1, (size-len(head)-len(tail))/len(piece))) + tail)
}

func hostileRasters(size int) []shape {
	scan := string(segment(0xc0, "\x08\x00\x01\x00\x01\x01\x01\x11\x00")) + "\xff\xda\x00\x02"
	jpeg := func(name, piece string) shape {
		return shape{"JPEG/" + name, "image/jpeg", fill(size, "\xff\xd8\xff\xfe\x00\x02", piece, scan+"data\xff\xd9")}
	}
	exif := "Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff" + strings.Repeat("\x01\x00\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00", 2)
	header := "\x89PNG\r\n\x1a\n" + string(chunk("IHDR", "\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"))
	png := func(name, piece string) shape {
		return shape{"PNG/" + name, "image/png", fill(size, header+string(chunk("tEXt", "")), piece, string(chunk("IDAT", "x"))+string(chunk("IEND", "")))}
	}
	frame := ",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02"
	gif := func(name, before, piece, after string) shape {
		return shape{"GIF/" + name, "image/gif", fill(size, "GIF89a\x01\x00\x01\x00\x00\x00\x00!\xfe\x00"+before, piece, after+frame+"\x01x\x00;")}
	}
	webp := func(name, piece string) shape {
		b := fill(size, "RIFF____WEBPVP8X\x0a\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00XXXX\x00\x00\x00\x00", piece, "VP8L\x02\x00\x00\x00xx")
		return shape{"WebP/" + name, "image/webp", withSize(b)}
	}
	le := func(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	tiny := strings.Repeat("ALPH\x00\x00\x00\x00", size/8)
	return []shape{
		jpeg("empty segments", "\xff\xe0\x00\x02"), jpeg("comments", string(segment(0xfe, "a"))), jpeg("EXIF", string(segment(0xe1, exif))),
		jpeg("profiles", string(segment(0xe2, "ICC_PROFILE\x00\x01\xff"))), jpeg("JFIF", string(segment(0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))),
		jpeg("fill bytes", "\xff"), jpeg("stuffed bytes", "\xff\x00"), jpeg("restarts", "\xff\xd0"), jpeg("tables", string(segment(0xc4, "\x00\x01"+strings.Repeat("\x00", 16)))),
		jpeg("scans", "\xff\xda\x00\x02"), jpeg("scan of stuffed bytes", scan+strings.Repeat("\xff\x00", size/2)),
		png("texts", string(chunk("tEXt", ""))), png("EXIF", string(chunk("eXIf", exif))), png("data", string(chunk("IDAT", ""))),
		png("frames", string(chunk("fcTL", ""))+string(chunk("fdAT", ""))), png("profiles", string(chunk("iCCP", "a\x00\x00x\x9c\x01\x00\x00\xff\xff\x00\x00\x00\x01"))),
		gif("comments", "", "!\xfe\x00", ""), gif("pieces of a comment", "!\xfe", "\x01x", "\x00"), gif("controls", "", "!\xf9\x04\x00\x00\x00\x00\x00", ""),
		gif("frames", "", frame+"\x01x\x00", ""), gif("pieces of a frame", frame, "\x01x", "\x00"), gif("loops", "", "!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00", ""),
		gif("pieces of a profile", "!\xff\x0bICCRGBG1012", "\x01x", "\x00"),
		webp("unknown chunks", "XXXX\x00\x00\x00\x00"), webp("EXIF", "EXIF\x2a\x00\x00\x00"+exif[6:]+strings.Repeat("\x00", 8)), webp("pictures", "VP8L\x00\x00\x00\x00"),
		webp("profiles", "ICCP\x00\x00\x00\x00"), webp("frames", "ANMF\x10\x00\x00\x00"+strings.Repeat("\x00", 16)),
		webp("parts of a frame", "ANMF"+le(16+len(tiny))+strings.Repeat("\x00", 16)+tiny),
	}
}

// movieOf returns an MP4 with one sample, whose movie has these boxes more, and then others.
func movieOf(inMovie []byte, after ...[]byte) []byte {
	head := box("ftyp", []byte("mp42"), u32(0))
	visual := box("vp09", make([]byte, 78))
	return slices.Concat(head, box("mdat", []byte("PICTURES")), box("moov", trackBox(1, "vide", visual, uint32(len(head)+8), 8, 1), inMovie), slices.Concat(after...))
}

// withTables returns an MP4 whose track has these sample tables and whose data begins with the given bytes.
func withTables(data []byte, handler string, description []byte, tables ...[]byte) []byte {
	head := box("ftyp", []byte("mp42"), u32(0))
	track := box("trak", box("tkhd", u32(0, 0, 0, 2, 0, 9), make([]byte, 60)), box("mdia", box("mdhd", u32(0, 0, 0, 1000, 9, 0)),
		box("hdlr", u32(0, 0), []byte(handler), make([]byte, 13)), box("minf", box("stbl", box("stsd", u32(0, 1), description), slices.Concat(tables...)))))
	visual := box("vp09", make([]byte, 78))
	return slices.Concat(head, box("mdat", data), box("moov", trackBox(1, "vide", visual, uint32(len(head)+8), 8, 1), track))
}

// numbered returns n numbers that begin at first and grow by step, of four bytes each.
func numbered(n int, first, step uint32) []byte {
	b := make([]byte, 0, 4*n)
	for i := range n {
		b = binary.BigEndian.AppendUint32(b, first+uint32(i)*step)
	}
	return b
}

func hostileMovies(size int) []shape {
	mp4 := func(name string, content []byte) shape { return shape{"MP4/" + name, "video/mp4", content} }
	many := func(piece []byte) []byte { return bytes.Repeat(piece, size/len(piece)) }
	nested := box("free")
	for len(nested) < 64<<10 {
		nested = box("meta", box("trak", nested))
	}
	n := size / 4
	visual, sound := box("vp09", make([]byte, 78)), box("mp4a", make([]byte, 28))
	count := uint32(n)
	half := make([]byte, size/2)
	run := func(samples int) []byte {
		return box("traf", box("tfhd", u32(baseIsMoof, 1)), box("trun", u32(0x201, uint32(samples), 8), numbered(samples, 1, 0)))
	}
	scattered := numbered(n/4, 0, 0)
	for i := range n / 4 {
		binary.BigEndian.PutUint32(scattered[4*i:], uint32(64+i*7919%(size/2-64)))
	}
	return []shape{
		mp4("free boxes", movieOf(nil, many(box("free")))), mp4("filled boxes", movieOf(nil, many(box("skip", []byte("x"))))),
		mp4("media data", movieOf(nil, many(box("mdat")))), mp4("filled media data", movieOf(nil, many(box("mdat", []byte("x"))))),
		mp4("boxes of a movie", movieOf(many(box("udta")))), mp4("nesting", movieOf(nil, bytes.Repeat(nested, size/len(nested)+1))),
		mp4("tracks", movieOf(many(trackBox(7, "vide", nil, 0, 0, 0)))), mp4("defaults", movieOf(box("mvex", many(box("trex", u32(0, 1, 1, 1, 1, 1)))))),
		mp4("brands", slices.Concat(box("ftyp", []byte("mp42"), u32(0), many([]byte("XAVC"))), movieOf(nil))),
		mp4("formats", withTables(half, "soun", bytes.Repeat(sound, size/len(sound)))), mp4("pictures' formats", withTables(half, "vide", bytes.Repeat(visual, size/len(visual)))),
		mp4("sizes", withTables(half, "vide", visual, box("stsz", u32(0, 0, count), numbered(n, 1, 0)), box("stsc", u32(0, 1, 1, count, 1)), box("stco", u32(0, 1, 28)))),
		mp4("sizes of a byte", withTables(half, "vide", visual, box("stz2", u32(0, 4, uint32(size)), make([]byte, size/2)), box("stsc", u32(0, 1, 1, uint32(size), 1)), box("stco", u32(0, 1, 28)))),
		mp4("chunks", withTables(half, "soun", sound, box("stsz", u32(0, 1, count)), box("stsc", u32(0, 1, 1, 1, 1)), box("stco", u32(0, count), numbered(n, 28, 1)))),
		mp4("separate chunks", withTables(half, "soun", sound, box("stsz", u32(0, 1, uint32(n/4))), box("stsc", u32(0, 1, 1, 1, 1)), box("stco", u32(0, uint32(n/4)), numbered(n/4, 28, 7)))),
		mp4("scattered chunks", withTables(half, "soun", sound, box("stsz", u32(0, 1, uint32(n/4))), box("stsc", u32(0, 1, 1, 1, 1)), box("stco", u32(0, uint32(n/4)), scattered))),
		mp4("scattered positions", withTables(half, "text", sound, box("stsz", u32(0, 1, uint32(n/4))), box("stsc", u32(0, 1, 1, 1, 1)), box("stco", u32(0, uint32(n/4)), scattered))),
		mp4("runs of chunks", withTables(half, "soun", sound, box("stsz", u32(0, 1, count)), box("stsc", u32(0, uint32(n/3)), func() (b []byte) {
			for i := range n / 3 {
				b = append(b, u32(uint32(i+1), 1, 1)...)
			}
			return b
		}()), box("stco", u32(0, uint32(n/3)), numbered(n/3, 28, 0)))),
		mp4("fragments", movieOf(nil, many(box("moof")))), mp4("fragments of a sample", movieOf(nil, many(box("moof", run(1))))),
		mp4("tracks of a fragment", movieOf(nil, box("moof", many(run(1))))), mp4("samples of a fragment", movieOf(nil, box("moof", run(n)))),
		mp4("runs of a fragment", movieOf(nil, box("moof", box("traf", box("tfhd", u32(baseIsMoof, 1)), many(box("trun", u32(0, 1))))))),
		mp4("references", movieOf(nil, box("mfra", many(box("tfra", u32(0, 9, 0, 0)))))),
		mp4("lists of tags", movieOf(nil, many(box("meta", u32(0), box("xml "))))),
	}
}

// baseIsMoof is a flag of tfhd: offsets count from the fragment.
const baseIsMoof = 0x20000

func hostileImages(size int) []shape {
	half := size / 2
	heif := func(name string, items, properties, locations []byte, count int) shape {
		return shape{"HEIF/" + name, "image/heic", slices.Concat(box("ftyp", []byte("mif1"), u32(0)),
			box("meta", u32(0), box("hdlr", u32(0, 0), []byte("pict"), make([]byte, 13)),
				box("pitm", u32(0), []byte{0, 1}), box("iinf", u32(1<<24, 1), box("infe", u32(2<<24), []byte{0, 1, 0, 0}, []byte("hvc1"), []byte{0}), items),
				box("iprp", box("ipco", properties), box("ipma", make([]byte, 8))),
				box("iloc", u32(0), []byte{0x44, 0}, binary.BigEndian.AppendUint16(nil, uint16(count)), locations)),
			box("mdat", make([]byte, half)))}
	}
	one := slices.Concat([]byte{0, 1, 0, 0, 0, 1}, u32(uint32(20), 4))
	pieces := min(half/8, 65535)
	var scattered []byte
	for i := range pieces {
		scattered = append(scattered, u32(uint32(8*pieces+400+i*7919%(half-8)), 1)...)
	}
	items := min(half/6, 65535)
	var texts []byte
	for i := range min(half/21, 16000) {
		texts = append(texts, box("infe", u32(2<<24), binary.BigEndian.AppendUint16(nil, uint16(i+2)), []byte("\x00\x00mime\x00"))...)
	}
	return []shape{
		heif("items", texts, nil, one, 1),
		heif("properties", nil, bytes.Repeat(box("free"), half/8), one, 1), heif("filled properties", nil, bytes.Repeat(box("free", []byte("x")), half/9), one, 1),
		heif("profiles", nil, bytes.Repeat(box("colr", []byte("prof")), half/12), one, 1),
		heif("pieces", nil, nil, slices.Concat([]byte{0, 1, 0, 0}, binary.BigEndian.AppendUint16(nil, uint16(pieces)), scattered), 1),
		heif("items without data", nil, nil, bytes.Repeat([]byte{0, 1, 0, 0, 0, 0}, items), items),
	}
}

func hostileMatroska(size int) []shape {
	head := element("\x1a\x45\xdf\xa3")
	tracks := element("\x16\x54\xae\x6b", element("\xae", "\xd7\x81\x01\x83\x81\x01"), element("\xae", "\xd7\x81\x02\x83\x81\x11"))
	segmentHead, cluster := "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", "\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff"
	master := func(id string, n int) string {
		return id + string(binary.BigEndian.AppendUint64(nil, uint64(n)|1<<56))
	}
	block := element("\xa3", "\x81\x00\x00\x00x")
	webm := func(name, before, piece string) shape {
		return shape{"WebM/" + name, "video/webm", fill(size, head+segmentHead+tracks+before, piece, "")}
	}
	pieces := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	within := func(id, piece string) string { return master(id, len(pieces(piece))) + pieces(piece) }
	return []shape{
		webm("voids", "", "\xec\x80"), webm("filled voids", "", "\xec\x81x"), webm("voids of a cluster", cluster+block, "\xec\x80"),
		webm("blocks", cluster, block), webm("tiny blocks", cluster, "\xa3\x81\x81"), webm("groups", cluster, element("\xa0", element("\xa1", "\x81\x00\x00\x00x"))),
		webm("parts of a group", cluster+block, within("\xa0", "\xec\x81x")), webm("blocks to remove", cluster+block, "\xa3\x81\x82"),
		webm("clusters", "", "\x1f\x43\xb6\x75\x80"), webm("open clusters", "", cluster), webm("open segments", cluster+block, segmentHead),
		webm("tags", "", element("\x12\x54\xc3\x67", "x")), webm("cues", "", within("\x1c\x53\xbb\x6b", element("\xbb", "\xb3\x80"))),
		webm("empty cues", "", within("\x1c\x53\xbb\x6b", "\xec\x80")), webm("seeks", "", within("\x11\x4d\x9b\x74", "\x4d\xbb\x80")),
		webm("parts of a track", "", within("\x16\x54\xae\x6b", element("\xae", "\x83\x81\x01"))), webm("files", cluster+block, head),
	}
}

// hostileStreams returns videos whose coded pictures are in tiny parts, or overlap.
func hostileStreams(size int) []shape {
	avc, av1 := box("avc1", make([]byte, 78), box("avcC", []byte("\x01\x64\x00\x28\xfc"))), box("av01", make([]byte, 78), box("av1C", []byte("\x81\x00\x0c\x00")))
	wide := bytes.Replace(avc, []byte("\x28\xfc"), []byte("\x28\xff"), 1) // with lengths of four bytes
	of := func(name string, description, data []byte, tables ...[]byte) shape {
		if tables == nil {
			tables = [][]byte{box("stsz", u32(0, uint32(len(data)), 1)), box("stsc", u32(0, 1, 1, 1, 1)), box("stco", u32(0, 1, 24))}
		}
		return shape{"streams/" + name, "video/mp4", withTables(data, "vide", description, tables...)}
	}
	many := func(head, piece string) []byte { return fill(size, head, piece, "") }
	message := func(piece string) []byte {
		b := many("\x00\x00\x00\x00\x06", piece)
		one := size / 2
		return slices.Concat(u32(uint32(one)), b[4:4+one])
	}
	filling := slices.Concat(u32(uint32(size/2+2)), []byte{0x0c}, bytes.Repeat([]byte("x"), size/2), []byte{0x80})
	n := size / 8
	same := []([]byte){box("stsz", u32(0, uint32(size/2), uint32(n))), box("stsc", u32(0, 1, 1, 1, 1)), box("stco", u32(0, uint32(n)), numbered(n, 24, 0))}
	shifted := []([]byte){box("stsz", u32(0, 64, uint32(n))), box("stsc", u32(0, 1, 1, 1, 1)), box("stco", u32(0, uint32(n)), numbered(n, 24, 1))}
	repeated := []([]byte){box("stsz", u32(0, 1, 1<<31)), box("stsc", u32(0, 1, 1, 1<<20, 1)), box("stco", u32(0, uint32(n)), numbered(n, 24, 0))}
	return []shape{
		of("units", avc, many("", "\x00")), of("units of information", avc, many("", "\x01\x06")), of("messages", wide, message("\x01\x00")),
		of("user data", wide, message("\x05\x01x")), of("prevented emulation", wide, message("\x05\x02\x00\x00\x03\x01")), of("long type", wide, message("\xff")),
		of("filling", wide, filling), of("filled with filling", wide, bytes.ReplaceAll(filling, []byte("x"), []byte("\xff"))),
		of("start codes", wide, many("\x00", "\x00\x00\x01\x06")), of("empty units", wide, many("", "\x00\x00\x01")), of("start codes of private units", wide, many("", "\x00\x00\x01\x00\x41")),
		of("zeros behind units", wide, many("", "\x00\x00\x01\x06"+strings.Repeat("\x00", 5000))), of("zeros", wide, slices.Concat([]byte("\x00\x00\x01\x06"), make([]byte, size/2), []byte("\x00\x00\x01"))),
		of("one private unit", wide, many("\x00\x00\x01\x1f", "xyz")),
		of("one message", wide, message("\x05"+strings.Repeat("\xff", 200)+"\x00"+strings.Repeat("\x00\x00\x03", 50))),
		of("units of AV1", av1, many("", "\x12\x00")), of("metadata of AV1", av1, many("", "\x2a\x01\x06")), of("padding of AV1", av1, many("", "\x7a\x00")),
		of("the same samples", avc, many("", "\x01\x06")[:size/2], same...), of("overlapping samples", avc, many("", "\x01\x06")[:size/2], shifted...),
		of("samples repeated", avc, many("", "\x00")[:size/2], repeated...),
	}
}
