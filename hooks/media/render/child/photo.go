package child

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"

	"github.com/privet/privet/hooks/media/render/isobmff"
	"github.com/privet/privet/hooks/media/render/process"
	"github.com/tetratelabs/wazero/api"
)

const (
	// maxHEICPixels and avifPixels bound a photo. Phones make 48 megapixels, in tiles; HEVC allows no more than 36 in one
	// piece. libavif makes RGBA of its picture, twice, which fits up to 13 megapixels, or 7 with 10 bits.
	maxHEICPixels = 60_000_000
	maxAVIFPixels = 16_000_000
	// maxWholeHEIC is what libheif may turn, which takes memory for one picture more.
	maxWholeHEIC = 16_000_000
)

// renderPhoto writes the primary picture of a HEIC or AVIF file, in full size.
func renderPhoto(ctx context.Context, m module, cache string, in *os.File, out io.Writer) error {
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if info.Size() > isobmff.MaxFileSize {
		return fmt.Errorf("%w: a photo of %d bytes", process.ErrUnreadable, info.Size())
	}
	d, err := isobmff.Describe(in, info.Size())
	if err != nil {
		return fmt.Errorf("%w: %w", process.ErrUnreadable, err)
	}
	if d.Sequence {
		return renderVideo(ctx, cache, "mov", "0", in, out)
	}
	most := int64(maxHEICPixels)
	if m == avifModule {
		most = maxAVIFPixels
	}
	if d.Pixels > most {
		return fmt.Errorf("%w: a photo of %d pixels", process.ErrUnreadable, d.Pixels)
	}
	tiled, err := d.Grid(in, maxHEICPixels)
	if err != nil {
		return fmt.Errorf("%w: %w", process.ErrUnreadable, err)
	}
	pages := uint32(photoPages)
	switch {
	case m == avifModule:
		pages = avifPages
	case tiled != nil:
		pages = tilePages
	}
	g, err := m.load(ctx, cache, pages)
	if err != nil {
		return err
	}
	picture, err := g.decode(withLinearMemory(ctx), m, in, info.Size(), d, tiled)
	if errors.Is(err, errMemory) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", process.ErrUnreadable, err)
	}
	return writeJPEG(out, picture, d.Profile)
}

// decode decodes the photo, upright.
func (m *guest) decode(ctx context.Context, what module, in io.ReaderAt, size int64, d *isobmff.Description, tiled *isobmff.Grid) (image.Image, error) {
	if tiled != nil {
		return m.decodeGrid(ctx, in, tiled, d.Orientation)
	}
	if d.Pixels > maxWholeHEIC && !d.Cropped && d.PrimaryType() == "hvc1" {
		return m.decodeSingle(ctx, in, d)
	}
	c, err := m.newDecoder(ctx)
	if err != nil {
		return nil, err
	}
	data, length := c.copyIn(in, size)
	if what == avifModule {
		return c.decodeAVIF(data, length, d)
	}
	return c.decodeHEIC(data, length)
}

// decoder calls a photo module's functions. Its first error stays, as a bufio.Writer's does.
type decoder struct {
	ctx      context.Context
	instance api.Module
	err      error
}

// call calls the module's function; what can fail there fails by the file's fault, memory included.
func (c *decoder) call(name string, arguments ...uint64) uint32 {
	if c.err != nil {
		return 0
	}
	results, err := c.instance.ExportedFunction(name).Call(c.ctx, arguments...)
	if err == nil && results[0] == 0 {
		err = fmt.Errorf("%s failed", name)
	}
	if err != nil {
		c.err = err
		return 0
	}
	return uint32(results[0])
}

// view is a view of the guest's memory, nil when it lies outside.
func (c *decoder) view(pointer uint32, size int) []byte {
	if c.err != nil {
		return nil
	}
	view, ok := c.instance.Memory().Read(pointer, uint32(size))
	if !ok || size < 0 {
		c.err = fmt.Errorf("%d bytes at %d lie outside of the memory", size, pointer)
	}
	return view
}

// copyIn brings the whole file into the guest's memory and says where it lies.
func (c *decoder) copyIn(in io.ReaderAt, size int64) (uint64, uint64) {
	pointer := c.call("malloc", uint64(size))
	if view := c.view(pointer, int(size)); view != nil {
		if _, err := in.ReadAt(view, 0); err != nil {
			c.err = err
		}
	}
	return uint64(pointer), uint64(size)
}

// uint32s reads numbers that a function left at the pointer.
func (c *decoder) uint32s(pointer uint32, n int) []int {
	found := make([]int, n)
	for i := range found {
		word, _ := c.instance.Memory().ReadUint32Le(pointer + uint32(4*i))
		found[i] = int(word)
	}
	return found
}
