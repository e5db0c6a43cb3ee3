package isobmff

import (
	"fmt"
	"io"
)

// Grid is an image composed of tiles side by side, all of one size, as phones make their photos. The tiles to the right
// and at the bottom may extend beyond it.
type Grid struct {
	Width, Height int // in pixels, before the orientation is applied
	Columns, Rows int // of tiles

	tiles     []uint32 // their items
	of        *Description
	locations map[uint32]location
}

// Grid returns the primary image as a grid of at most maxPixels; nil when it isn't a grid of HEVC tiles.
func (d *Description) Grid(in io.ReaderAt, maxPixels int) (*Grid, error) {
	tiles := d.items.sourcesOf(d.primary)
	if d.items.typeOf(d.primary) != "grid" || len(tiles) == 0 || d.items.typeOf(tiles[0]) != "hvc1" {
		return nil, nil
	}
	return d.grid(in, maxPixels)
}

// grid reads the primary image as a grid of tiles of any codec.
func (d *Description) grid(in io.ReaderAt, maxPixels int) (*Grid, error) {
	tiles := d.items.sourcesOf(d.primary)
	locations := d.items.locations()
	content, err := d.items.read(in, locations[d.primary])
	if err != nil {
		return nil, err
	}
	r := fieldReader{rest: content}
	r.u8()
	size := 2 + r.u8()&1*2
	rows, columns := r.u8()+1, r.u8()+1
	width, height := int(r.uint(size)), int(r.uint(size))
	if r.short || len(tiles) == 0 || rows*columns != len(tiles) ||
		width < 1 || height < 1 || width > 1<<16-1 || height > 1<<16-1 || width*height > maxPixels {
		return nil, fmt.Errorf("%w: a grid of %dx%d tiles, %dx%d", ErrItems, columns, rows, width, height)
	}
	return &Grid{
		Width: width, Height: height, Columns: columns, Rows: rows,
		tiles: tiles, of: d, locations: locations,
	}, nil
}

// Tiles returns the number of tiles, which are ordered by row, each from left to right.
func (g *Grid) Tiles() int { return len(g.tiles) }

// Tile returns the i-th tile as a HEIC file of its own.
func (g *Grid) Tile(in io.ReaderAt, i int) ([]byte, error) {
	content, err := g.of.items.read(in, g.locations[g.tiles[i]])
	if err != nil {
		return nil, err
	}
	return singleImageFile(content, g.of.items.propertiesOf(g.tiles[i]), g.of.items.propertiesOf(g.of.primary)), nil
}

// PrimaryType returns the primary image's item type, such as "hvc1" or "grid".
func (d *Description) PrimaryType() string { return d.items.typeOf(d.primary) }

// PrimaryAlone returns the primary image as a HEIC file with nothing else in it, and without its orientation.
func (d *Description) PrimaryAlone(in io.ReaderAt) ([]byte, error) {
	content, err := d.items.read(in, d.items.locations()[d.primary])
	if err != nil {
		return nil, err
	}
	return singleImageFile(content, d.items.propertiesOf(d.primary), nil), nil
}
