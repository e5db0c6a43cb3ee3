package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"

	"github.com/privet/privet/hooks/media/render/isobmff"
	"github.com/privet/privet/hooks/media/render/process"
)

// decodeByFFmpeg decodes the primary image by ffmpeg and returns it upright. libheif's module can't return images without colours
// or in RGB, and both photo modules need more memory than there is for large images; ffmpeg reads them all, and makes
// those above maxShownPixels smaller. memory is what it may use in MiB beyond its usual limit.
func decodeByFFmpeg(ctx context.Context, cache string, memory int, in *os.File, d *isobmff.Description) (image.Image, error) {
	movie, err := d.Movie(in, maxPhotoPixels)
	if err != nil {
		return nil, err
	}
	width, height := movie.Width, movie.Height
	for width*height > maxShownPixels {
		width, height = (width+1)/2, (height+1)/2
	}
	g, err := ffmpegModule.load(ctx, cache, max(videoPages, uint32(memory)<<4))
	if err != nil {
		return nil, err
	}
	shown := image.NewYCbCr(image.Rectangle{}, image.YCbCrSubsampleRatio420)
	chroma := ((width + 1) / 2) * ((height + 1) / 2)
	all := reserveMemory(uint64(width*height + 2*chroma)).Reallocate(uint64(width*height + 2*chroma))
	if all == nil {
		return nil, errNoMemory
	}
	filter := fmt.Sprintf("crop=%d:%d:0:0:exact=1,scale=w=%d:h=%d:out_range=full:out_color_matrix=bt601", movie.Width, movie.Height, width, height)
	if movie.Columns*movie.Rows > 1 {
		filter = fmt.Sprintf("tile=%dx%d,", movie.Columns, movie.Rows) + filter
	}
	pixels := &filler{left: all}
	if err := g.runFFmpeg(ctx, []string{
		"-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
		"-protocol_whitelist", "file", "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2", "-codec_whitelist", "hevc,libaom-av1,rawvideo",
		"-max_pixels", fmt.Sprint(maxPhotoPixels + maxPhotoPixels/16), "-f", "mov", "-i", "file:/" + inputName,
		"-map", "0:v:0", "-vsync", "passthrough", "-filter_threads", "1", "-vf", filter, "-frames:v", "1",
		"-pix_fmt", "yuvj420p", "-c:v", "rawvideo", "-f", "rawvideo", "pipe:1",
	}, singleFileFS{bytes.NewReader(movie.Content), int64(len(movie.Content))}, pixels); err != nil {
		return nil, err
	}
	if err := g.runtime.Close(ctx); err != nil {
		return nil, err
	}
	if len(pixels.left) > 0 {
		return nil, errNoFrame
	}
	shown.Y, shown.Cb, shown.Cr = all[:width*height], all[width*height:width*height+chroma], all[width*height+chroma:]
	shown.YStride, shown.CStride, shown.Rect = width, (width+1)/2, image.Rect(0, 0, width, height)
	return d.Orientation.Apply(shown), nil
}

// errNoFrame means that ffmpeg wrote less than a frame.
var errNoFrame = errors.New("no frame could be decoded")

// filler is a writer into memory that is there already.
type filler struct{ left []byte }

func (f *filler) Write(data []byte) (int, error) {
	if len(data) > len(f.left) {
		return 0, fmt.Errorf("%w: more pixels than expected", process.ErrUnreadable)
	}
	n := copy(f.left, data)
	f.left = f.left[n:]
	return n, nil
}
