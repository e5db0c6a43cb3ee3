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

// Videos above 3840x2400, or 2400x3840, are not decoded.
const (
	maxLongSide  = 3840
	maxShortSide = 2400
	// ffmpeg counts the pixels of whole blocks, so its own limit must be a little higher.
	maxVideoPixels = (maxLongSide + 64) * (maxShortSide + 64)
)

// previewSide is the longest side of a video's preview in pixels.
const previewSide = 640

// allowedDecoders are those for what phones and browsers record; a codec has several names where several libraries
// decode it. No other decoder ever runs: in a library of hundreds, the rarely used ones are where the vulnerabilities
// are.
const allowedDecoders = "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,h263,mjpeg"

// videoArguments returns ffmpeg's arguments to write one frame of the input file to its standard output, as a JPEG: the
// key frame at or before the given second.
func videoArguments(input, demuxer, second string) []string {
	// The width and height as shown, with square pixels, at most previewSide and never enlarged.
	ratio := fmt.Sprintf("min(1,%d/max(iw*sar,ih))", previewSide)
	scale := fmt.Sprintf("scale=w='max(2,round(iw*sar*%[1]s))':h='max(2,round(ih*%[1]s))'", ratio) +
		":out_range=full:out_color_matrix=bt601,setsar=1"
	return []string{
		"-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
		// Only this file, in this container, with these decoders: playlists and the like would open other files.
		"-protocol_whitelist", "file", "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
		"-codec_whitelist", allowedDecoders,
		"-max_pixels", fmt.Sprint(maxVideoPixels), "-an", "-sn", "-dn",
		"-ss", second, "-noaccurate_seek", "-f", demuxer, "-i", "file:" + input,
		"-map", "0:V:0", "-vsync", "passthrough", "-frames:v", "1", "-filter_threads", "1", "-vf", scale,
		"-map_metadata", "-1", "-bitexact", "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-threads", "1", "-q:v", "4",
		"-f", "image2pipe", "pipe:1",
	}
}

// renderVideo writes a frame of the video by the embedded ffmpeg.
func renderVideo(ctx context.Context, cache, demuxer, second string, in *os.File, out io.Writer) error {
	if err := checkVideoSize(demuxer, in); err != nil {
		return err
	}
	g, err := ffmpegModule.load(ctx, cache, videoPages)
	if err != nil {
		return err
	}
	stderr := &process.Tail{}
	status, err := wasm.Run(withLinearMemory(ctx), g.runtime, g.code, wasm.Args{
		Name:   "ffmpeg",
		Args:   videoArguments("/"+inputName, demuxer, second),
		Stdin:  strings.NewReader(""),
		Stdout: out,
		Stderr: stderr,
		Config: func(c wazero.ModuleConfig) wazero.ModuleConfig {
			return c.WithFSConfig(wazero.NewFSConfig().WithFSMount(singleFileFS{in}, "/")).WithSysWalltime().WithSysNanotime()
		},
	})
	if err != nil {
		return fmt.Errorf("%w: the engine broke off: %w", process.ErrUnreadable, err)
	}
	if status != 0 {
		return fmt.Errorf("%w: %s", process.ErrUnreadable, stderr.String())
	}
	return nil
}
