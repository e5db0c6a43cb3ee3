// Package child is the program of a child process that renders previews, and the only place where media are decoded. It
// first limits its own rights and memory, then runs a codec, as WebAssembly unless Go has one, and writes one JPEG to its standard output.
package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/privet/privet/hooks/media/render/process"
)

// Main is the whole program of a child process. arguments are those after process.Command, in is the media file, and
// the JPEG is written to out. It returns the exit code.
func Main(arguments []string, in *os.File, out io.Writer) int {
	err := runJob(context.Background(), arguments, in, out)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, process.ErrNotCompiled):
		fmt.Fprintln(os.Stderr, err)
		return process.ExitNotCompiled
	case errors.Is(err, process.ErrUnreadable):
		fmt.Fprintln(os.Stderr, err)
		return process.ExitUnreadable
	case errors.Is(err, process.ErrNotStarted):
		fmt.Fprintln(os.Stderr, err)
		return process.ExitNotStarted
	}
	fmt.Fprintln(os.Stderr, err)
	return process.ExitFailed
}

var errArguments = errors.New("this command is internal: only the server starts it")

// runJob runs the job named by the first argument.
func runJob(ctx context.Context, arguments []string, in *os.File, out io.Writer) error {
	if len(arguments) == 0 || len(arguments) == 1 && process.Job(arguments[0]) != process.JobStill {
		return errArguments
	}
	job, arguments := process.Job(arguments[0]), arguments[1:]
	memory, err := extraMemory(job, arguments)
	if err != nil {
		return err
	}
	if err := errors.Join(limitResources(job, memory), confine(job, arguments)); err != nil {
		return fmt.Errorf("%w: %w", process.ErrNotStarted, err)
	}
	switch {
	case job == process.JobWarm:
		return compileModules(ctx, arguments[0], arguments[1:])
	case job == process.JobVideo && len(arguments) == 4:
		return renderVideo(ctx, arguments[0], arguments[1], arguments[2], memory, in, out)
	case job == process.JobPhoto && len(arguments) == 3:
		return renderPhoto(ctx, module(arguments[1]), arguments[0], memory, in, out)
	case job == process.JobStill && len(arguments) == 0:
		return renderStill(in, out)
	case job == process.JobNative && len(arguments) == 5:
		v, err := checkVideo(arguments[1], memory, in)
		if err != nil {
			return err
		}
		v.decoder = "" // the machine's ffmpeg may have another one
		return execFFmpeg(arguments[0], videoArguments(arguments[4], arguments[1], arguments[2], v))
	}
	return errArguments
}

// extraMemory returns the memory in MiB that is among a job's arguments; 0 for a job without it.
func extraMemory(job process.Job, arguments []string) (int, error) {
	at := map[process.Job]int{process.JobVideo: 3, process.JobNative: 3, process.JobPhoto: 2}[job]
	if at == 0 || at >= len(arguments) {
		return 0, nil
	}
	memory, err := strconv.Atoi(arguments[at])
	if err != nil || memory < 0 || memory > 2048 {
		return 0, errArguments
	}
	return memory, nil
}
