package render

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"

	"github.com/tetratelabs/wazero"
)

// grid is a photo made of tiles side by side, as phones make theirs. libheif would put them together in the guest's
// memory, twice; here each tile is decoded as a photo of its own and laid, upright, into one picture outside of it.
type grid struct {
	width, height, columns, rows int
	tiles                        []uint32
}

// gridOf reads the grid; nil when the primary picture is none of HEVC tiles.
func (d description) gridOf(in io.ReaderAt) (*grid, error) {
	tiles := d.items.parts(d.primary)
	if d.items.kind(d.primary) != "grid" || len(tiles) == 0 || d.items.kind(tiles[0]) != "hvc1" {
		return nil, nil
	}
	content, err := d.items.read(in, d.items.locations()[d.primary])
	if err != nil {
		return nil, err
	}
	p := parser{rest: content}
	p.u8()
	size := 2 + p.u8()&1*2
	g := &grid{rows: p.u8() + 1, columns: p.u8() + 1, width: int(p.sized(size)), height: int(p.sized(size)), tiles: tiles}
	if p.short || g.rows*g.columns != len(tiles) || g.width < 1 || g.height < 1 || g.width > 1<<16-1 || g.height > 1<<16-1 || g.width*g.height > heicPixels {
		return nil, fmt.Errorf("%w: a grid of %dx%d tiles, %dx%d", errItems, g.columns, g.rows, g.width, g.height)
	}
	return g, nil
}

// leaked is the memory that a photo module may have grown to before the next tile.
const leaked = 32 << 20

// grid decodes the tiles, one after the other.
func (m *guest) grid(ctx context.Context, in io.ReaderAt, d description, g *grid) (image.Image, error) {
	c := newCanvas(g.width, g.height, d.turn)
	if c == nil {
		return nil, errMemory
	}
	locations := d.items.locations()
	var decoder *codec
	var size image.Point
	for i, tile := range g.tiles {
		content, err := d.items.read(in, locations[tile])
		if err != nil {
			return nil, err
		}
		if decoder == nil {
			if decoder, err = m.codec(ctx); err != nil {
				return nil, err
			}
		}
		decoded, err := decoder.tile(alone(content, d.items.described(tile), d.items.described(d.primary)))
		if err != nil {
			return nil, fmt.Errorf("tile %d: %w", i, err)
		}
		if i == 0 {
			size = decoded.Bounds().Size()
		}
		if decoded.Bounds().Size() != size || size.X*g.columns < g.width || size.Y*g.rows < g.height {
			return nil, fmt.Errorf("%w: tiles of %v", errItems, size)
		}
		if err := c.lay(decoded, i%g.columns*size.X, i/g.columns*size.Y); err != nil {
			return nil, err
		}
		if decoder.instance.Memory().Size() > leaked { // the module keeps each tile: a fresh one goes on
			if err := decoder.instance.Close(ctx); err != nil {
				return nil, err
			}
			decoder = nil
		}
	}
	return c.picture, nil
}

// single decodes a large picture without tiles, and turns it while it is encoded: libheif would need it once more.
func (m *guest) single(ctx context.Context, in io.ReaderAt, d description) (image.Image, error) {
	content, err := d.items.read(in, d.items.locations()[d.primary])
	if err != nil {
		return nil, err
	}
	decoder, err := m.codec(ctx)
	if err != nil {
		return nil, err
	}
	decoded, err := decoder.tile(alone(content, d.items.described(d.primary), nil))
	if err != nil {
		return nil, err
	}
	return d.turn.upright(decoded), nil
}

// codec starts a photo module.
func (m *guest) codec(ctx context.Context) (*codec, error) {
	instance, err := m.runtime.InstantiateModule(ctx, m.code, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, errors.Join(errMemory, err)
	}
	return &codec{ctx: ctx, instance: instance}, nil
}

// tile decodes a file of one tile.
func (c *codec) tile(file []byte) (image.Image, error) {
	data, size := c.read(section(file), int64(len(file)))
	return c.heif(data, size)
}

// alone is a HEIC file with one tile in it. It gets the tile's properties, and of the whole's the meaning of its colours
// when the tile says nothing of that; turning is the whole's matter.
func alone(content []byte, its, whole []property) []byte {
	var properties [][]byte
	associations := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0}
	add := func(p property) {
		properties = append(properties, boxed(p.kind, p.content))
		essential := byte(0)
		if p.kind == "hvcC" {
			essential = 0x80
		}
		associations = append(associations, essential|byte(len(properties)))
	}
	colours := func(p property) bool {
		return p.kind == "colr" && len(p.content) > 4 && string(p.content[:4]) == "nclx"
	}
	for _, p := range its {
		if p.kind == "hvcC" || p.kind == "ispe" || p.kind == "pixi" || colours(p) {
			add(p)
		}
	}
	if i := slices.IndexFunc(whole, colours); i >= 0 && !slices.ContainsFunc(its, colours) {
		add(whole[i])
	}
	associations[10] = byte(len(properties))
	head := boxed("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	meta := func(start int) []byte {
		place := append([]byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, binary.BigEndian.AppendUint32(nil, uint32(start))...)
		return boxed("meta", make([]byte, 4),
			boxed("hdlr", make([]byte, 8), []byte("pict"), make([]byte, 13)),
			boxed("pitm", []byte{0, 0, 0, 0, 0, 1}),
			boxed("iloc", place, binary.BigEndian.AppendUint32(nil, uint32(len(content)))),
			boxed("iinf", []byte{0, 0, 0, 0, 0, 1}, boxed("infe", []byte{2, 0, 0, 0, 0, 1, 0, 0}, []byte("hvc1\x00"))),
			boxed("iprp", boxed("ipco", properties...), boxed("ipma", associations)))
	}
	start := len(head) + len(meta(0)) + 8
	return slices.Concat(head, meta(start), boxed("mdat", content))
}
