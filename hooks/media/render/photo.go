package render

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"

	"github.com/tetratelabs/wazero/api"
)

const (
	// heicPixels and avifPixels bound a photo. Phones make 48 megapixels, in tiles; HEVC allows no more than 36 in one
	// piece. libavif makes RGBA of its picture, twice, which fits up to 13 megapixels, or 7 with 10 bits.
	heicPixels = 60_000_000
	avifPixels = 16_000_000
	// heicWhole is what libheif may turn, which takes memory for one picture more.
	heicWhole = 16_000_000
	// photoBytes bounds the file, which is read into the guest's memory.
	photoBytes = 32 << 20
)

// photo writes the primary picture of a HEIC or AVIF file, in full size.
func photo(ctx context.Context, m module, cache string, in *os.File, out io.Writer) error {
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if info.Size() > photoBytes {
		return fmt.Errorf("%w: a photo of %d bytes", ErrUnreadable, info.Size())
	}
	d, err := describe(in, info.Size())
	if err != nil {
		return err
	}
	if d.sequence {
		return video(ctx, cache, "mov", "0", in, out)
	}
	most := int64(heicPixels)
	if m == avifModule {
		most = avifPixels
	}
	if d.pixels > most {
		return fmt.Errorf("%w: a photo of %d pixels", ErrUnreadable, d.pixels)
	}
	tiled, err := d.gridOf(in)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
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
	picture, err := g.picture(inMemory(ctx), m, in, info.Size(), d, tiled)
	if errors.Is(err, errMemory) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return writeJPEG(out, picture, d.profile)
}

// picture decodes the photo, upright.
func (m *guest) picture(ctx context.Context, what module, in io.ReaderAt, size int64, d description, tiled *grid) (image.Image, error) {
	if tiled != nil {
		return m.grid(ctx, in, d, tiled)
	}
	if d.pixels > heicWhole && !d.cropped && d.items.kind(d.primary) == "hvc1" {
		return m.single(ctx, in, d)
	}
	c, err := m.codec(ctx)
	if err != nil {
		return nil, err
	}
	data, length := c.read(in, size)
	if what == avifModule {
		return c.avif(data, length, d)
	}
	return c.heif(data, length)
}

// codec calls a photo module's functions. Its first error stays, as a bufio.Writer's does.
type codec struct {
	ctx      context.Context
	instance api.Module
	err      error
}

// call calls the module's function; what can fail there fails by the file's fault, memory included.
func (c *codec) call(name string, arguments ...uint64) uint32 {
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

// at is a view of the guest's memory, nil when it lies outside.
func (c *codec) at(pointer uint32, size int) []byte {
	if c.err != nil {
		return nil
	}
	view, ok := c.instance.Memory().Read(pointer, uint32(size))
	if !ok || size < 0 {
		c.err = fmt.Errorf("%d bytes at %d lie outside of the memory", size, pointer)
	}
	return view
}

// read brings the whole file into the guest's memory and says where it lies.
func (c *codec) read(in io.ReaderAt, size int64) (uint64, uint64) {
	pointer := c.call("malloc", uint64(size))
	if view := c.at(pointer, int(size)); view != nil {
		if _, err := in.ReadAt(view, 0); err != nil {
			c.err = err
		}
	}
	return uint64(pointer), uint64(size)
}

// words reads numbers that a function left at the pointer.
func (c *codec) words(pointer uint32, n int) []int {
	found := make([]int, n)
	for i := range found {
		word, _ := c.instance.Memory().ReadUint32Le(pointer + uint32(4*i))
		found[i] = int(word)
	}
	return found
}
