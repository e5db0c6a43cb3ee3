//go:build unix

package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// heifSample describes a HEIC or AVIF file as phones make them: tiles of one codec, composed by a grid.
type heifSample struct {
	avif          bool
	width, height int // as coded; multiples of columns and rows of tiles
	columns, rows int
	source        string   // ffmpeg's input, a lavfi graph
	format        string   // pixel format; "" for yuvj420p
	properties    [][]byte // of the primary picture, such as irot
	ispe          [2]int   // the size to claim instead of the real one
	cut           int      // what the grid leaves out of its tiles, to the right and below
}

// make encodes the tiles by the machine's ffmpeg, writes the file and returns its path.
func (s heifSample) make(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	movie := filepath.Join(folder, "tiles.mp4")
	filter := "scale=" + fmt.Sprintf("%d:%d", s.width, s.height)
	if s.columns*s.rows > 1 {
		filter += fmt.Sprintf(",untile=%dx%d", s.columns, s.rows)
	}
	codec := []string{"-c:v", "libx265", "-preset", "ultrafast", "-crf", "22", "-x265-params", "keyint=1:log-level=error:info=0", "-tag:v", "hvc1"}
	config, entry, brand := "hvcC", "hvc1", "heic"
	if s.avif {
		codec = []string{"-c:v", "libaom-av1", "-cpu-used", "8", "-crf", "25", "-g", "1", "-still-picture", "0"}
		config, entry, brand = "av1C", "av01", "avif"
	}
	format := s.format
	if format == "" {
		format = "yuvj420p"
	}
	arguments := append([]string{"-f", "lavfi", "-i", s.source, "-vf", filter, "-frames:v", fmt.Sprint(s.columns * s.rows), "-pix_fmt", format, "-color_range", "pc", "-colorspace", "smpte170m"}, codec...)
	ffmpeg(t, append(arguments, movie)...)
	content, err := os.ReadFile(movie)
	if err != nil {
		t.Fatal(err)
	}
	tiles := samples(t, content)
	if len(tiles) != s.columns*s.rows {
		t.Fatalf("%d tiles", len(tiles))
	}
	file := filepath.Join(folder, "photo."+brand)
	if err := os.WriteFile(file, s.file(brand, entry, find(t, content, config), tiles), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// samples returns the movie's frames, which are consecutive in a file of one track.
func samples(t *testing.T, movie []byte) [][]byte {
	sizes, chunks := find(t, movie, "stsz"), find(t, movie, "stco")
	at := binary.BigEndian.Uint32(chunks[8:])
	var all [][]byte
	for i := range int(binary.BigEndian.Uint32(sizes[8:])) {
		size := binary.BigEndian.Uint32(sizes[4:])
		if size == 0 {
			size = binary.BigEndian.Uint32(sizes[12+4*i:])
		}
		all = append(all, movie[at:at+size])
		at += size
	}
	return all
}

// find returns the content of the last box of a type that occurs only once in such movies.
func find(t *testing.T, movie []byte, kind string) []byte {
	i := bytes.LastIndex(movie, []byte(kind))
	if i < 4 {
		t.Fatalf("no %s", kind)
	}
	return movie[i+4 : i-4+int(binary.BigEndian.Uint32(movie[i-4:]))]
}

// numbers returns the values in big-endian order.
func numbers(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		_ = binary.Write(&b, binary.BigEndian, v)
	}
	return b.Bytes()
}

// boxed returns a box of a type with its content.
func boxed(kind string, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(content))), kind...), content...)
}

// file returns the whole file. Item 1 is the grid or the only tile; the tiles of a grid follow.
func (s heifSample) file(brand, entry string, config []byte, tiles [][]byte) []byte {
	grid, depth := len(tiles) > 1, uint8(8)
	if strings.Contains(s.format, "10") {
		depth = 10
	}
	configBox := map[string]string{"hvc1": "hvcC", "av01": "av1C"}[entry]
	shown := [2]int{s.width - s.cut, s.height - s.cut}
	if s.ispe != [2]int{} {
		shown = s.ispe
	}
	ipco := [][]byte{
		boxed(configBox, config),
		boxed("ispe", numbers(uint32(0), uint32(s.width/s.columns), uint32(s.height/s.rows))),
		boxed("ispe", numbers(uint32(0), uint32(shown[0]), uint32(shown[1]))),
		boxed("pixi", numbers(uint32(0), uint8(3), depth, depth, depth)),
	}
	ipco = append(ipco, s.properties...)
	primary := []uint8{3, 4}
	if !grid {
		primary = []uint8{0x81, 3, 4}
	}
	for i := range s.properties {
		primary = append(primary, uint8(0x80|(5+i)))
	}
	items := tiles
	if grid {
		items = append([][]byte{numbers(uint8(0), uint8(0), uint8(s.rows-1), uint8(s.columns-1), uint16(s.width-s.cut), uint16(s.height-s.cut))}, tiles...)
	}
	n := uint16(len(items))
	iinf, ipma := numbers(uint32(0), n), numbers(uint32(0), uint32(n))
	var dimg []byte
	for i := range items {
		id, kind := uint16(i+1), entry
		if grid && i == 0 {
			kind = "grid"
		} else if grid {
			dimg = append(dimg, numbers(id)...)
		}
		hidden := uint32(2 << 24)
		if i > 0 {
			hidden |= 1
		}
		iinf = append(iinf, boxed("infe", numbers(hidden, id, uint16(0)), []byte(kind+"\x00"))...)
		its := primary
		if i > 0 {
			its = []uint8{0x81, 2}
		}
		ipma = append(ipma, numbers(id, uint8(len(its)), its)...)
	}
	meta := func(start int) []byte {
		iloc := numbers(uint32(0), uint16(0x4400), n)
		for i, item := range items {
			iloc = append(iloc, numbers(uint16(i+1), uint16(0), uint16(1), uint32(start), uint32(len(item)))...)
			start += len(item)
		}
		parts := [][]byte{
			numbers(uint32(0)), boxed("hdlr", numbers(uint32(0), uint32(0)), []byte("pict"), make([]byte, 13)),
			boxed("pitm", numbers(uint32(0), uint16(1))), boxed("iloc", iloc), boxed("iinf", iinf),
		}
		if grid {
			parts = append(parts, boxed("iref", numbers(uint32(0)), boxed("dimg", numbers(uint16(1), uint16(len(tiles))), dimg)))
		}
		return boxed("meta", append(parts, boxed("iprp", boxed("ipco", ipco...), boxed("ipma", ipma)))...)
	}
	ftyp := boxed("ftyp", []byte(brand), numbers(uint32(0)), []byte("mif1"+brand+"miaf"))
	head := append(ftyp, meta(0)...)
	head = append(ftyp, meta(len(head)+8)...)
	return append(head, boxed("mdat", items...)...)
}
