// Package process is what the server and the child processes that make its previews have in common: the command line
// and the exit codes between them, and the care for the memory of the program's own file.
package process

import (
	"errors"
	"time"
)

// Command is the hidden first argument that makes the program a child process. A job and its arguments follow.
const Command = "preview-child"

// Job is what a child process is to do.
type Job string

// The jobs, with their arguments.
const (
	JobWarm   Job = "warm"   // cache folder, modules…: compile what the cache lacks
	JobVideo  Job = "video"  // cache folder, demuxer, second: a frame of the video on standard input
	JobNative Job = "native" // ffmpeg's path, demuxer, second, file: the same by the machine's own ffmpeg
	JobPhoto  Job = "photo"  // cache folder, module: the photo on standard input
)

// The WebAssembly modules by name.
const (
	ModuleFFmpeg = "ffmpeg" // videos
	ModuleHEIF   = "heif"   // HEIC and HEIF photos
	ModuleAVIF   = "avif"   // AVIF photos
)

// The exit codes of a child that didn't succeed. With any other code, or by a signal, it ended against its will.
const (
	ExitUnreadable  = 3
	ExitNotCompiled = 4
	ExitFailed      = 125 // no code that ffmpeg ends with
)

// WarmTimeout bounds the compiling of the modules: 6 to 12 seconds on a common machine.
const WarmTimeout = 3 * time.Minute

// ErrUnreadable is the file's fault: its content is broken, too large or of a kind that isn't decoded. Trying again is
// of no use.
var ErrUnreadable = errors.New("no picture can be made of this file")

// ErrNotCompiled means that the cache lacks a module's compiled code, or held a broken one, which is removed by then.
var ErrNotCompiled = errors.New("the engine isn't compiled")
