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

// maxLeaked is the memory that a photo module may have grown to before the next tile.
const maxLeaked = 32 << 20

// decodeGrid decodes the tiles, one after the other. libheif would put them together in the guest's memory, twice; here each
// tile is decoded as a photo of its own and drawn, upright, into one image outside of it.
func (m *guest) decodeGrid(ctx context.Context, in io.ReaderAt, g *isobmff.Grid, t isobmff.Orientation) (image.Image, error) {
	c := newCanvas(g.Width, g.Height, t)
	if c == nil {
		return nil, errMemory
	}
	var decoder *decoder
	var size image.Point
	for i := range g.Tiles() {
		file, err := g.Tile(in, i)
		if err != nil {
			return nil, err
		}
		if decoder == nil {
			if decoder, err = m.newDecoder(ctx); err != nil {
				return nil, err
			}
		}
		decoded, err := decoder.decodeFile(file)
		if err != nil {
			return nil, fmt.Errorf("tile %d: %w", i, err)
		}
		if i == 0 {
			size = decoded.Bounds().Size()
		}
		if decoded.Bounds().Size() != size || size.X*g.Columns < g.Width || size.Y*g.Rows < g.Height {
			return nil, fmt.Errorf("%w: tiles of %v", isobmff.ErrItems, size)
		}
		if err := c.draw(decoded, i%g.Columns*size.X, i/g.Columns*size.Y); err != nil {
			return nil, err
		}
		if decoder.instance.Memory().Size() > maxLeaked { // the module frees no tile: a fresh instance continues
			if err := decoder.instance.Close(ctx); err != nil {
				return nil, err
			}
			decoder = nil
		}
	}
	return c.image, nil
}

// decodeSingle decodes a large image without tiles, and turns it while it is encoded: libheif would need it once more.
func (m *guest) decodeSingle(ctx context.Context, in io.ReaderAt, d *isobmff.Description) (image.Image, error) {
	file, err := d.PrimaryAlone(in)
	if err != nil {
		return nil, err
	}
	decoder, err := m.newDecoder(ctx)
	if err != nil {
		return nil, err
	}
	decoded, err := decoder.decodeFile(file)
	if err != nil {
		return nil, err
	}
	return d.Orientation.Apply(decoded), nil
}

// newDecoder starts a photo module.
func (m *guest) newDecoder(ctx context.Context) (*decoder, error) {
	instance, err := m.runtime.InstantiateModule(ctx, m.code, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, errors.Join(errMemory, err)
	}
	return &decoder{ctx: ctx, instance: instance}, nil
}

// decodeFile decodes a file of one tile.
func (c *decoder) decodeFile(file []byte) (image.Image, error) {
	data, size := c.copyIn(bytes.NewReader(file), int64(len(file)))
	return c.decodeHEIC(data, size)
}
