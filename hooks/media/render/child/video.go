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

// frameSize is the size of the largest frames that are decoded, upright or not.
type frameSize struct{ long, short int }

var (
	// usualFrame is decoded by any machine: 4K takes 140 MiB with ten bits a channel.
	usualFrame = frameSize{3840, 2400}
	// largeFrame is 8K, for which ffmpeg holds up to six frames of 50 MB or, with ten bits, 100 MB.
	largeFrame = frameSize{8192, 4352}
)

// largeFrameMemory is how much memory in MiB large frames need.
const largeFrameMemory = 448

// pixels returns ffmpeg's limit for frames of this size. It counts the pixels of whole blocks.
func (s frameSize) pixels() int { return (s.long + 64) * (s.short + 64) }

func (s frameSize) holds(width, height int) bool {
	return max(width, height) <= s.long && min(width, height) <= s.short
}

// previewSide is the longest side of a video's preview in pixels.
const previewSide = 640

// allowedDecoders are those for what phones, browsers and cameras record, ProRes, DV and MPEG-2 among them; a codec has several names where several libraries
// decode it. No other decoder ever runs: in a library of hundreds, the rarely used ones are where the vulnerabilities
// are.
const allowedDecoders = "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,h263,mjpeg,prores,mpeg2video,dvvideo"

// videoArguments returns ffmpeg's arguments to write one frame of the input file to its standard output, as a JPEG: the
// key frame at or before the given second. v is what checkVideo found.
func videoArguments(input, demuxer, second string, v videoLimits) []string {
	// The width and height as shown, with square pixels, at most previewSide and never enlarged.
	ratio := fmt.Sprintf("min(1,%d/max(iw*sar,ih))", previewSide)
	scale := fmt.Sprintf("scale=w='max(2,round(iw*sar*%[1]s))':h='max(2,round(ih*%[1]s))'", ratio) +
		":out_range=full:out_color_matrix=bt601,setsar=1"
	arguments := []string{
		"-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
		// Only this file, in this container, with these decoders: playlists and the like would open other files.
		"-protocol_whitelist", "file", "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
		"-codec_whitelist", allowedDecoders,
		"-max_pixels", fmt.Sprint(v.maxPixels), "-an", "-sn", "-dn",
	}
	if v.decoder != "" {
		arguments = append(arguments, "-c:v", v.decoder)
	}
	return append(arguments,
		"-ss", second, "-noaccurate_seek", "-f", demuxer, "-i", "file:"+input,
		"-map", "0:V:0", "-vsync", "passthrough", "-frames:v", "1", "-filter_threads", "1", "-vf", scale,
		"-map_metadata", "-1", "-bitexact", "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-threads", "1", "-q:v", "4",
		"-f", "image2pipe", "pipe:1",
	)
}

// renderVideo writes a frame of the video by the embedded ffmpeg. memory is what it may use in MiB for a large frame.
func renderVideo(ctx context.Context, cache, demuxer, second string, memory int, in *os.File, out io.Writer) error {
	v, err := checkVideo(demuxer, memory, in)
	if err != nil {
		return err
	}
	pages := uint32(videoPages)
	if v.maxPixels > usualFrame.pixels() {
		pages = uint32(memory) << 4
	}
	g, err := ffmpegModule.load(ctx, cache, pages)
	if err != nil {
		return err
	}
	info, err := in.Stat()
	if err != nil {
		return err
	}
	return g.runFFmpeg(ctx, videoArguments("/"+inputName, demuxer, second, v), singleFileFS{in, info.Size()}, out)
}

// runFFmpeg runs the embedded ffmpeg, which sees only one file.
func (g *guest) runFFmpeg(ctx context.Context, arguments []string, files singleFileFS, out io.Writer) error {
	stderr := &process.Tail{}
	status, err := wasm.Run(withLinearMemory(ctx), g.runtime, g.code, wasm.Args{
		Name:   "ffmpeg",
		Args:   arguments,
		Stdin:  strings.NewReader(""),
		Stdout: out,
		Stderr: stderr,
		Config: func(c wazero.ModuleConfig) wazero.ModuleConfig {
			return c.WithFSConfig(wazero.NewFSConfig().WithFSMount(files, "/")).WithSysWalltime().WithSysNanotime()
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
