package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/privet/privet/hooks/media/render/isobmff"
	"github.com/tetratelabs/wazero"
)

// maxLeaked is how large the memory of a photo module may be before it decodes another tile.
const maxLeaked = 32 << 20

// decodeGrid decodes the tiles one after the other. libheif would compose the image in the guest's memory, twice over;
// here each tile is decoded as a photo of its own and drawn, upright, into one image outside of that memory.
func (g *guest) decodeGrid(
	ctx context.Context, in io.ReaderAt, grid *isobmff.Grid, o isobmff.Orientation,
) (image.Image, error) {
	halvings := 0
	for grid.Width>>halvings*(grid.Height>>halvings) > maxShownPixels {
		halvings++
	}
	c := newCanvas(grid.Width>>halvings, grid.Height>>halvings, o)
	if c == nil {
		return nil, errNoMemory
	}
	var d *decoder
	var size image.Point
	for i := range grid.Tiles() {
		file, err := grid.Tile(in, i)
		if err != nil {
			return nil, err
		}
		if d == nil {
			if d, err = g.newDecoder(ctx); err != nil {
				return nil, err
			}
		}
		decoded, err := d.decodeFile(file)
		if err != nil {
			return nil, fmt.Errorf("tile %d: %w", i, err)
		}
		if i == 0 {
			size = decoded.Bounds().Size()
		}
		if decoded.Bounds().Size() != size || size.X*grid.Columns < grid.Width || size.Y*grid.Rows < grid.Height {
			return nil, fmt.Errorf("%w: tiles of %v", isobmff.ErrItems, size)
		}
		if (size.X|size.Y)&(1<<halvings-1) != 0 {
			return nil, errLayout // a tile's last pixels would be halved together with the next one's
		}
		for range halvings {
			decoded = halved(decoded)
		}
		if err := c.draw(decoded, i%grid.Columns*(size.X>>halvings), i/grid.Columns*(size.Y>>halvings)); err != nil {
			return nil, err
		}
		if d.instance.Memory().Size() > maxLeaked { // the module frees no tile: a fresh instance continues
			if err := d.instance.Close(ctx); err != nil {
				return nil, err
			}
			d = nil
		}
	}
	return c.image, nil
}

// decodeSingle decodes a large image without tiles. Its orientation is applied while it is encoded, for which libheif
// would need a second image.
func (g *guest) decodeSingle(ctx context.Context, in io.ReaderAt, d *isobmff.Description) (image.Image, error) {
	file, err := d.PrimaryAlone(in)
	if err != nil {
		return nil, err
	}
	c, err := g.newDecoder(ctx)
	if err != nil {
		return nil, err
	}
	decoded, err := c.decodeFile(file)
	if err != nil {
		return nil, err
	}
	return d.Orientation.Apply(decoded), nil
}

// newDecoder instantiates a photo module.
func (g *guest) newDecoder(ctx context.Context) (*decoder, error) {
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize")
	instance, err := g.runtime.InstantiateModule(ctx, g.code, config)
	if err != nil {
		return nil, errors.Join(errNoMemory, err)
	}
	return &decoder{ctx: ctx, instance: instance}, nil
}

// decodeFile decodes a HEIC file in memory.
func (c *decoder) decodeFile(file []byte) (image.Image, error) {
	data, size := c.copyIn(bytes.NewReader(file), int64(len(file)))
	return c.decodeHEIC(data, size)
}
