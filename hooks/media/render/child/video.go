package child

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"codeberg.org/gruf/go-ffmpreg/wasm"
	"github.com/privet/privet/hooks/media/render/process"
	"github.com/tetratelabs/wazero"
)

// Nothing above 3840x2400, either way up, is decoded.
const (
	maxLongSide  = 3840
	maxShortSide = 2400
	// The engine counts what a codec lays out, in whole blocks, so its own bound lies a little higher.
	maxVideoPixels = (maxLongSide + 64) * (maxShortSide + 64)
)

// previewSide is a video picture's longest side in pixels.
const previewSide = 640

// Decoders are those of what phones and browsers record; each codec's several names are those of its libraries. Others
// never run: in a library of hundreds of decoders the rare ones are where the holes are.
const allowedDecoders = "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,h263,mjpeg"

// videoArguments are ffmpeg's, for one frame of the input as a JPEG on its output, from the second given or the key
// frame before it.
func videoArguments(input, container string, second string) []string {
	// The width and height as shown, with square pixels, at most previewSide and never enlarged.
	ratio := fmt.Sprintf("min(1,%d/max(iw*sar,ih))", previewSide)
	scale := fmt.Sprintf("scale=w='max(2,round(iw*sar*%[1]s))':h='max(2,round(ih*%[1]s))':out_range=full:out_color_matrix=bt601,setsar=1", ratio)
	return []string{
		"-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
		// Only this file, in this container, by these decoders: playlists and the like would read others.
		"-protocol_whitelist", "file", "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm", "-codec_whitelist", allowedDecoders,
		"-max_pixels", fmt.Sprint(maxVideoPixels), "-an", "-sn", "-dn",
		"-ss", second, "-noaccurate_seek", "-f", container, "-i", "file:" + input,
		"-map", "0:V:0", "-vsync", "passthrough", "-frames:v", "1", "-filter_threads", "1", "-vf", scale,
		"-map_metadata", "-1", "-bitexact", "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-threads", "1", "-q:v", "4",
		"-f", "image2pipe", "pipe:1",
	}
}

// renderVideo writes a frame of the movie by the embedded engine.
func renderVideo(ctx context.Context, cache, container, second string, in *os.File, out io.Writer) error {
	if err := checkVideoSize(container, in); err != nil {
		return err
	}
	g, err := ffmpegModule.load(ctx, cache, videoPages)
	if err != nil {
		return err
	}
	said := &process.Tail{}
	status, err := wasm.Run(withLinearMemory(ctx), g.runtime, g.code, wasm.Args{
		Name:   "ffmpeg",
		Args:   videoArguments("/"+inputName, container, second),
		Stdin:  strings.NewReader(""),
		Stdout: out,
		Stderr: said,
		Config: func(c wazero.ModuleConfig) wazero.ModuleConfig {
			return c.WithFSConfig(wazero.NewFSConfig().WithFSMount(singleFileFS{in}, "/")).WithSysWalltime().WithSysNanotime()
		},
	})
	if err != nil {
		return fmt.Errorf("%w: the engine broke off: %w", process.ErrUnreadable, err)
	}
	if status != 0 {
		return fmt.Errorf("%w: %s", process.ErrUnreadable, said.String())
	}
	return nil
}
