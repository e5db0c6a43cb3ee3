// Package process holds what the server and the child processes that make its previews share: the command line and the
// exit codes between them, and the means to release memory that both don't need.
package process

import (
	"errors"
	"time"
)

// Command is the hidden first argument that makes the program a child process. A job and its arguments follow.
const Command = "preview-child"

// Job names what a child process is to do.
type Job string

// The jobs, with their arguments. The memory is what a codec may use, in MiB, for what the usual limits don't suffice.
const (
	JobWarm   Job = "warm"   // cache folder, modules…: compile what the cache lacks
	JobVideo  Job = "video"  // cache folder, demuxer, second, memory: a frame of the video on standard input
	JobNative Job = "native" // ffmpeg's path, demuxer, second, memory, file: the same by the machine's own ffmpeg
	JobPhoto  Job = "photo"  // cache folder, module, memory: the photo on standard input
	JobStill  Job = "still"  // the picture on standard input, small
)

// The WebAssembly modules by name.
const (
	ModuleFFmpeg = "ffmpeg" // videos
	ModuleHEIF   = "heif"   // HEIC and HEIF photos
	ModuleAVIF   = "avif"   // AVIF photos
)

// The exit codes of a child that failed. Any other code, or a signal, means that it crashed or was killed.
const (
	ExitUnreadable  = 3
	ExitNotCompiled = 4
	ExitFailed      = 125 // a code that ffmpeg never ends with
	ExitNotStarted  = 126 // nor with this one: the file wasn't looked at
)

// WarmTimeout bounds the compiling of the modules: 6 to 12 seconds on a common machine.
const WarmTimeout = 3 * time.Minute

// ErrUnreadable means that the file is at fault; see render.ErrUnreadable.
var ErrUnreadable = errors.New("no picture can be made of this file")

// ErrNotStarted means that the child could not limit its rights, or not become the machine's ffmpeg.
var ErrNotStarted = errors.New("the child can't begin")

// ErrNotCompiled means that the cache lacks a module's compiled code, or holds a broken one.
var ErrNotCompiled = errors.New("the engine isn't compiled")
