package child

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/render/isobmff"
	"github.com/privet/privet/hooks/media/render/process"
	"github.com/tetratelabs/wazero/api"
)

const (
	// maxPhotoPixels bounds a photo: phones make up to 200 megapixels.
	maxPhotoPixels = mediatype.MaxPhotoPixels
	// maxShownPixels bounds the JPEG. Larger photos are made smaller.
	maxShownPixels = 60_000_000
	// maxHEICPixels and maxAVIFPixels are up to where libheif, for an image without tiles and with eight bits a channel, and
	// libavif are used. HEVC's levels allow 36 megapixels without tiles. libavif converts its image to RGBA twice over, for which
	// there is memory up to 13 megapixels, or 7 with 10 bits per channel.
	maxHEICPixels = 36_000_000
	maxAVIFPixels = 16_000_000
	// maxWholeHEIC is up to where libheif itself applies the orientation, which takes the memory of a second image.
	maxWholeHEIC = 16_000_000
)

// renderPhoto writes the primary image of a HEIC or AVIF file, in full size up to maxShownPixels; of an image sequence, its
// first frame. memory is what ffmpeg may use in MiB for an image that the other decoders can't read.
func renderPhoto(ctx context.Context, m module, cache string, memory int, in *os.File, out io.Writer) error {
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if info.Size() > mediatype.MaxPhotoSize {
		return fmt.Errorf("%w: a photo of %d bytes", process.ErrUnreadable, info.Size())
	}
	d, err := isobmff.Describe(in, info.Size())
	if err != nil {
		return fmt.Errorf("%w: %w", process.ErrUnreadable, err)
	}
	if d.Sequence {
		return renderVideo(ctx, cache, "mov", "0", memory, in, out)
	}
	if d.Pixels > maxPhotoPixels {
		return fmt.Errorf("%w: a photo of %d pixels", process.ErrUnreadable, d.Pixels)
	}
	img, err := decodePhoto(ctx, m, cache, in, info.Size(), d)
	if err != nil && !errors.Is(err, process.ErrNotCompiled) {
		decoded, other := decodeByFFmpeg(ctx, cache, memory, in, d)
		if img, err = decoded, errors.Join(err, other); other == nil {
			err = nil
		} else if !errors.Is(other, process.ErrNotCompiled) {
			err = fmt.Errorf("%w: %w", process.ErrUnreadable, err)
		}
	}
	if err != nil {
		return err
	}
	return writeJPEG(out, img, d.Profile)
}

// errTooLarge means that an image is left to ffmpeg.
var errTooLarge = errors.New("the image needs too much memory")

// decodePhoto decodes the primary image by libheif or libavif, and returns it upright.
func decodePhoto(ctx context.Context, m module, cache string, in *os.File, size int64, d *isobmff.Description) (image.Image, error) {
	grid, err := d.Grid(in, maxPhotoPixels)
	if err != nil {
		return nil, err
	}
	pages, most := uint32(photoPages), int64(maxHEICPixels)
	switch {
	case m == avifModule:
		pages, most = avifPages, maxAVIFPixels
	case grid != nil:
		pages, most = tilePages, maxPhotoPixels
	}
	if d.Pixels > most {
		return nil, errTooLarge
	}
	g, err := m.load(ctx, cache, pages)
	if err != nil {
		return nil, err
	}
	img, err := g.decode(withLinearMemory(ctx), m, in, size, d, grid)
	if err != nil {
		return nil, errors.Join(err, g.runtime.Close(ctx)) // not after success: the image may lie in the guest's memory
	}
	return img, nil
}

// decode decodes the primary image and returns it upright. grid is nil for one without tiles.
func (g *guest) decode(
	ctx context.Context, m module, in io.ReaderAt, size int64, d *isobmff.Description, grid *isobmff.Grid,
) (image.Image, error) {
	if grid != nil {
		return g.decodeGrid(ctx, in, grid, d.Orientation)
	}
	if d.Pixels > maxWholeHEIC && !d.Cropped && d.PrimaryType() == "hvc1" {
		return g.decodeSingle(ctx, in, d)
	}
	c, err := g.newDecoder(ctx)
	if err != nil {
		return nil, err
	}
	data, length := c.copyIn(in, size)
	if m == avifModule {
		return c.decodeAVIF(data, length, d)
	}
	return c.decodeHEIC(data, length)
}

// decoder calls the functions of a photo module. Like a bufio.Writer it remembers its first error and then does
// nothing.
type decoder struct {
	ctx      context.Context
	instance api.Module
	err      error
}

// call calls a function of the module. A failure there is blamed on the file, even when it is for lack of memory.
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

// view returns a slice of the guest's memory; nil when it lies outside.
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

// copyIn copies the whole file into the guest's memory and returns its address and size.
func (c *decoder) copyIn(in io.ReaderAt, size int64) (uint64, uint64) {
	pointer := c.call("malloc", uint64(size))
	if view := c.view(pointer, int(size)); view != nil {
		if _, err := in.ReadAt(view, 0); err != nil {
			c.err = err
		}
	}
	return uint64(pointer), uint64(size)
}

// uint32s reads n numbers from the guest's memory.
func (c *decoder) uint32s(pointer uint32, n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		number, _ := c.instance.Memory().ReadUint32Le(pointer + uint32(4*i))
		numbers[i] = int(number)
	}
	return numbers
}
