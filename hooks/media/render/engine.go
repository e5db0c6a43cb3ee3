// Package render makes JPEG previews of media that phones record and not every browser can show: a frame of a video, at
// most 640 pixels on its longer side, and HEIC and AVIF photos in full size. JPEG, PNG, GIF and WebP are served as they
// are and need no preview.
//
// Codecs are the classic way into a server, so none runs in it: each preview is made by a child process, which is the
// same binary with a hidden first argument (package child). In the child the codecs (ffmpeg, libheif, libavif) run as
// WebAssembly: they see one read-only file, at most 256 MiB of memory (see guestMemory for more) and no operating system. The child
// mostly uses less than 300 MB, has no environment and no right to write files, and is killed when its time is up, its caller gives up or the
// server dies. Where the kernel has Landlock, it can open nothing but the compiled codecs, and no connection; a native
// ffmpeg nothing but its libraries and the one file.
package render

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/media/render/process"
)

// What an error of Render means for the file. Any other error, such as that of the writer or of the context, says nothing
// about it.
var (
	// ErrUnreadable means that the file is at fault: its content is broken, too large or of a kind that isn't decoded. A retry
	// is pointless.
	ErrUnreadable = process.ErrUnreadable
	// ErrAttempt means that the child crashed, was killed, or needed too much time or memory. That may be the file's fault or
	// the machine's, so that a few retries make sense.
	ErrAttempt = errors.New("the attempt failed")
	// ErrSetup means that no child could begin: previews of other files fail likewise.
	ErrSetup = errors.New("the preview engine can't be started")
)

// ChildCommand is the hidden first argument that makes the program a child process: main passes the rest to child.Main.
const ChildCommand = process.Command

// ReleaseProgram returns memory that holds the program's own file to the system; see process.ReleaseProgram.
func ReleaseProgram() { process.ReleaseProgram() }

// maxPreviewSize is how many bytes a preview may have: 60 megapixels as a JPEG have fewer.
const maxPreviewSize = 64 << 20

// Config configures an Engine. Only CacheDir is mandatory.
type Config struct {
	FFmpeg     string        // path of a native ffmpeg for videos; "" for the embedded one
	CacheDir   string        // absolute path for the compiled code of the embedded modules; created with mode 0700
	Executable string        // the program to start as the child; "" for the running one
	Timeout    time.Duration // for one run of a child, except for compiling; 0 for 20 s
}

// Engine makes previews in child processes. It holds no media in memory and is safe for concurrent use.
type Engine struct {
	config Config
	memory int // in MiB, see guestMemory

	warming chan struct{} // a lock of warm that a context can interrupt: full when held
	warm    bool          // the cache was complete when last checked
	all     bool          // a photo needed the embedded ffmpeg, although a native one makes the previews of videos

	onExit func(process.Job, *os.ProcessState) // called after each child, for tests that measure; may be nil
}

// New returns an Engine. It starts nothing yet.
func New(config Config) *Engine {
	if config.Timeout == 0 {
		config.Timeout = 20 * time.Second
	}
	return &Engine{config: config, memory: guestMemory(), warming: make(chan struct{}, 1)}
}

// demuxers maps the media types of videos to the ffmpeg demuxer that is forced on them.
var demuxers = map[string]string{
	"video/mp4": "mov", "video/quicktime": "mov", "video/x-m4v": "mov", "video/3gpp": "mov", "video/3gpp2": "mov",
	"video/webm": "matroska", "video/x-matroska": "matroska", "video/matroska": "matroska",
}

// photoModules maps the media types of photos to the module that decodes them.
var photoModules = map[string]string{
	"image/heic": process.ModuleHEIF, "image/heic-sequence": process.ModuleHEIF,
	"image/heif": process.ModuleHEIF, "image/heif-sequence": process.ModuleHEIF,
	"image/avif": process.ModuleAVIF,
}

// Render writes an upright JPEG of the local file source to to. mime is the file's media type, sniffed from its
// content. After an error, which may be ErrUnreadable, what was written to to must be discarded.
func (e *Engine) Render(ctx context.Context, source, mime string, to io.Writer) error {
	in, err := os.Open(source)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: open the media file: %w", ErrAttempt, err)
	}
	if err != nil {
		return fmt.Errorf("%w: open the media file: %w", ErrSetup, err)
	}
	defer in.Close()
	if demuxer := demuxers[mime]; demuxer != "" {
		return e.renderVideo(ctx, in, demuxer, to)
	}
	if m := photoModules[mime]; m != "" {
		_, err := e.runEmbedded(ctx, in, to, process.JobPhoto, m, strconv.Itoa(e.memory))
		return err
	}
	return fmt.Errorf("%w: no preview can be made of the type %q", ErrUnreadable, mime)
}

// renderVideo writes the frame at one second, or the first frame of a video that has none there.
func (e *Engine) renderVideo(ctx context.Context, in *os.File, demuxer string, to io.Writer) error {
	for _, second := range []string{"1", "0"} {
		written, err := e.renderFrame(ctx, in, demuxer, second, to)
		if err == nil && written > 0 {
			return nil
		}
		if err != nil && !errors.Is(err, ErrUnreadable) || written > 0 || second == "0" && err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: no frame could be decoded", ErrUnreadable)
}

// renderFrame writes the key frame at or before a second and returns how many bytes it wrote: 0 if there is no frame.
func (e *Engine) renderFrame(ctx context.Context, in *os.File, demuxer, second string, to io.Writer) (int64, error) {
	if e.config.FFmpeg == "" {
		return e.runEmbedded(ctx, in, to, process.JobVideo, demuxer, second, strconv.Itoa(e.memory))
	}
	return e.runNative(ctx, in, to, demuxer, second)
}

// runEmbedded runs a job that uses the embedded modules, and compiles them first if the cache lacks them.
func (e *Engine) runEmbedded(
	ctx context.Context, in *os.File, to io.Writer, job process.Job, arguments ...string,
) (int64, error) {
	for attempt := 0; ; attempt++ {
		if err := e.Warm(ctx); err != nil {
			return 0, err
		}
		c := child{
			job: job, arguments: append([]string{e.config.CacheDir}, arguments...),
			in: in, out: to, limit: maxPreviewSize, timeout: e.config.Timeout,
		}
		written, err := e.run(ctx, c)
		missing := errors.Is(err, process.ErrNotCompiled)
		if err != nil && !errors.Is(err, ErrUnreadable) {
			e.markCold(missing)
		}
		if missing && attempt > 0 {
			return written, fmt.Errorf("%w: %w", ErrSetup, err)
		}
		if !missing {
			return written, err
		}
	}
}

// runNative runs the machine's own ffmpeg with the same arguments and limits: the child sets the limits and then
// becomes ffmpeg by exec, so that they, and being killed with the server, apply to ffmpeg.
func (e *Engine) runNative(ctx context.Context, in *os.File, to io.Writer, demuxer, second string) (int64, error) {
	return e.run(ctx, child{
		job: process.JobNative, arguments: []string{e.config.FFmpeg, demuxer, second, strconv.Itoa(e.memory), in.Name()},
		in: in, out: to, limit: maxPreviewSize, timeout: e.config.Timeout,
	})
}
