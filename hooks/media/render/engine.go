// Package render makes JPEG pictures out of media that phones record and browsers can't all show: a frame of a video,
// at most 640 pixels long, and HEIC and AVIF photos in full size. JPEG, PNG, GIF and WebP are served as they are and are
// none of its business.
//
// Codecs are the classic way into a server, so none runs in it: each picture is made by a child process, which is the
// same binary with a hidden first argument. The codecs are WebAssembly in there (ffmpeg, libheif, libavif): they see
// one read-only file, 256 MiB of memory at most and no system. The child takes less than 300 MB, has no environment, no
// rights to write files, and is killed when its time is over, its caller gives up or the server dies.
package render

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/privet/privet/hooks/media/render/process"
)

// ErrUnreadable is the file's fault: its content is broken, too large or of a kind that isn't decoded. Trying again is
// of no use. Any other error (no time, no memory, no child) may not come back.
var ErrUnreadable = process.ErrUnreadable

// ChildCommand is the hidden first argument that makes the program a child process: main passes the rest to child.Main.
const ChildCommand = process.Command

// ReleaseProgram gives back the memory of the program's own file; see process.ReleaseProgram.
func ReleaseProgram() { process.ReleaseProgram() }

// maxPreviewSize bounds a picture's bytes: 60 megapixels as JPEG take less.
const maxPreviewSize = 64 << 20

// Config is what an Engine is made of. All may be left empty but CacheDir.
type Config struct {
	FFmpeg     string        // path of a native ffmpeg to take for videos; "" for the embedded one
	CacheDir   string        // absolute; compiled code of the embedded engine, 0700, made when missing
	Executable string        // the program to start as the child; "" for the running one
	Timeout    time.Duration // how long a child may take for a picture; 0 for 20 s
}

// Engine makes pictures in child processes. It keeps nothing in memory, and several goroutines may use it.
type Engine struct {
	config Config

	warming chan struct{} // whoever warms, or looks whether it's warm, puts something in
	warm    bool          // the cache held all that is needed when last seen

	onExit func(process.Job, *os.ProcessState) // told of each child, where measuring is wanted
}

// New makes an Engine. Nothing is started yet.
func New(config Config) *Engine {
	if config.Timeout == 0 {
		config.Timeout = 20 * time.Second
	}
	return &Engine{config: config, warming: make(chan struct{}, 1)}
}

// demuxers maps the types of videos to the demuxer that is forced on them.
var demuxers = map[string]string{
	"video/mp4": "mov", "video/quicktime": "mov", "video/x-m4v": "mov", "video/3gpp": "mov", "video/3gpp2": "mov",
	"video/webm": "matroska", "video/x-matroska": "matroska", "video/matroska": "matroska",
}

// photoModules maps the types of photos to the module that decodes them.
var photoModules = map[string]string{
	"image/heic": process.ModuleHEIF, "image/heic-sequence": process.ModuleHEIF, "image/heif": process.ModuleHEIF, "image/heif-sequence": process.ModuleHEIF,
	"image/avif": process.ModuleAVIF, "image/avif-sequence": process.ModuleAVIF,
}

// Picture writes an upright JPEG of the local file source to to. mime is its type, sniffed from the content. On an
// error, what has been written to to is to be thrown away; see ErrUnreadable.
func (e *Engine) Picture(ctx context.Context, source, mime string, to io.Writer) error {
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	if container := demuxers[mime]; container != "" {
		return e.renderVideo(ctx, in, container, to)
	}
	if m := photoModules[mime]; m != "" {
		_, err := e.runEmbedded(ctx, in, to, process.JobPhoto, m)
		return err
	}
	return fmt.Errorf("%w: %q is no type that pictures are made of", ErrUnreadable, mime)
}

// renderVideo takes the frame at one second, or the first one of a video that has none there.
func (e *Engine) renderVideo(ctx context.Context, in *os.File, container string, to io.Writer) error {
	for _, second := range []string{"1", "0"} {
		written, err := e.renderFrame(ctx, in, container, second, to)
		if err == nil && written > 0 {
			return nil
		}
		if err != nil && !errors.Is(err, ErrUnreadable) || written > 0 || second == "0" && err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: no frame could be decoded", ErrUnreadable)
}

func (e *Engine) renderFrame(ctx context.Context, in *os.File, container, second string, to io.Writer) (int64, error) {
	if e.config.FFmpeg == "" {
		return e.runEmbedded(ctx, in, to, process.JobVideo, container, second)
	}
	return e.runNative(ctx, in, to, container, second)
}

// runEmbedded runs a job of the embedded engine, after warming it up when needed.
func (e *Engine) runEmbedded(ctx context.Context, in *os.File, to io.Writer, what process.Job, arguments ...string) (int64, error) {
	for attempt := 0; ; attempt++ {
		if err := e.Warm(ctx); err != nil {
			return 0, err
		}
		c := child{job: what, arguments: append([]string{e.config.CacheDir}, arguments...), in: in, out: to, limit: maxPreviewSize, timeout: e.config.Timeout}
		written, err := e.run(ctx, c)
		if err != nil && !errors.Is(err, ErrUnreadable) {
			e.markCold()
		}
		if !errors.Is(err, process.ErrNotCompiled) || attempt > 0 {
			return written, err
		}
	}
}

// runNative runs the machine's own ffmpeg, by the same arguments and limits: the child sets the limits and then becomes
// ffmpeg, so that they, and the kernel's orders to kill it, hold for that.
func (e *Engine) runNative(ctx context.Context, in *os.File, to io.Writer, container, second string) (int64, error) {
	c := child{job: process.JobNative, arguments: []string{e.config.FFmpeg, container, second, in.Name()}, in: in, out: to, limit: maxPreviewSize, timeout: e.config.Timeout}
	return e.run(ctx, c)
}
