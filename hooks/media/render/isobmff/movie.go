package isobmff

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Movie is a photo as a video decoder takes it: an MP4 with one frame, or one for each tile of a grid.
type Movie struct {
	Content       []byte
	Width, Height int // of the photo in pixels, before the orientation is applied
	Columns, Rows int // of frames that make up the photo
}

// Movie returns the primary image, of HEVC or AV1, as a movie without its orientation. It holds the coded image in memory.
func (d *Description) Movie(in io.ReaderAt, maxPixels int) (*Movie, error) {
	m := &Movie{Columns: 1, Rows: 1}
	locations := d.items.locations()
	frames, first := []uint32{d.primary}, d.primary
	if d.PrimaryType() == "grid" {
		grid, err := d.grid(in, maxPixels)
		if err != nil {
			return nil, err
		}
		m.Width, m.Height, m.Columns, m.Rows = grid.Width, grid.Height, grid.Columns, grid.Rows
		frames, first = grid.tiles, grid.tiles[0]
	}
	entry := d.items.typeOf(first)
	config := map[string]string{"hvc1": "hvcC", "av01": "av1C"}[entry]
	if config == "" {
		return nil, fmt.Errorf("%w: a picture of %q", ErrItems, entry)
	}
	var width, height int // of a frame
	var description []byte
	for _, p := range append(d.items.propertiesOf(first), d.items.propertiesOf(d.primary)...) {
		switch {
		case p.kind == "ispe" && width == 0:
			r := fieldReader{rest: p.content}
			r.u32()
			width, height = int(min(r.u32(), 1<<16-1)), int(min(r.u32(), 1<<16-1))
		case p.kind == config && !slices.Contains(kinds(description), config), isColour(p) && !slices.Contains(kinds(description), "colr"):
			description = append(description, makeBox(p.kind, p.content)...)
		}
	}
	if m.Width == 0 {
		m.Width, m.Height = width, height
	}
	if width < 1 || height < 1 || m.Width*m.Height > maxPixels || m.Columns*width < m.Width || m.Rows*height < m.Height {
		return nil, fmt.Errorf("%w: %dx%d in %dx%d frames of %dx%d", ErrItems, m.Width, m.Height, m.Columns, m.Rows, width, height)
	}
	var data, sizes []byte
	for _, item := range frames {
		content, err := d.items.read(in, locations[item])
		if err != nil {
			return nil, err
		}
		if len(data)+len(content) > MaxFileSize {
			return nil, ErrItems
		}
		data, sizes = append(data, content...), binary.BigEndian.AppendUint32(sizes, uint32(len(content)))
	}
	m.Content = movieFile(makeBox(entry, sampleEntry(width, height), description), sizes, data)
	return m, nil
}

// kinds returns the types of consecutive boxes.
func kinds(boxes []byte) []string {
	var found []string
	for len(boxes) >= 8 {
		found = append(found, string(boxes[4:8]))
		boxes = boxes[min(len(boxes), int(binary.BigEndian.Uint32(boxes))):]
	}
	return found
}

// sampleEntry returns the fields of a video sample entry (14496-12, 12.1.3).
func sampleEntry(width, height int) []byte {
	fields := make([]byte, 78)
	fields[7] = 1 // data reference
	binary.BigEndian.PutUint16(fields[24:], uint16(width))
	binary.BigEndian.PutUint16(fields[26:], uint16(height))
	fields[29], fields[33] = 0x48, 0x48 // dots an inch
	fields[41] = 1                      // frame a sample
	fields[75], fields[76], fields[77] = 0x18, 0xff, 0xff
	return fields
}

// movieFile returns an MP4 with a track of samples that lie one after the other, each shown for a second. sizes has four bytes
// for each of them.
func movieFile(entry, sizes, data []byte) []byte {
	count := uint32(len(sizes) / 4)
	u32 := func(values ...uint32) (all []byte) {
		for _, value := range values {
			all = binary.BigEndian.AppendUint32(all, value)
		}
		return all
	}
	matrix := u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
	head := makeBox("ftyp", []byte("isom\x00\x00\x02\x00isomiso2"))
	moov := func(start int) []byte {
		return makeBox("moov",
			makeBox("mvhd", u32(0, 0, 0, 1000, 1000*count, 0x10000, 0x1000000, 0, 0), matrix, make([]byte, 24), u32(2)),
			makeBox("trak",
				makeBox("tkhd", u32(3, 0, 0, 1, 0, 1000*count, 0, 0, 0, 0), matrix, u32(0, 0)),
				makeBox("mdia",
					makeBox("mdhd", u32(0, 0, 0, 1, count, 0x55c40000)),
					makeBox("hdlr", u32(0, 0), []byte("vide"), make([]byte, 13)),
					makeBox("minf",
						makeBox("vmhd", u32(1, 0, 0)),
						makeBox("dinf", makeBox("dref", u32(0, 1), makeBox("url ", u32(1)))),
						makeBox("stbl",
							makeBox("stsd", u32(0, 1), entry),
							makeBox("stts", u32(0, 1, count, 1)),
							makeBox("stsc", u32(0, 1, 1, count, 1)),
							makeBox("stsz", u32(0, 0, count), sizes),
							makeBox("stco", u32(0, 1, uint32(start))))))))
	}
	start := len(head) + len(moov(0)) + 8
	return slices.Concat(head, moov(start), binary.BigEndian.AppendUint32(nil, uint32(8+len(data))), []byte("mdat"), data)
}
