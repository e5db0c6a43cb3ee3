// Package child is the program of a child process that renders previews. It alone decodes media: it gives up what rights and
// memory it can, runs the codecs as WebAssembly, and writes one JPEG to its standard output.
package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/privet/privet/hooks/media/render/process"
)

// Main is the whole program of a child process: arguments are what follows Command, in is the file to make a picture of,
// out takes the JPEG. It returns the exit code.
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
	}
	fmt.Fprintln(os.Stderr, err)
	return process.ExitFailed
}

var errArguments = errors.New("this is started by the server, for itself")

func runJob(ctx context.Context, arguments []string, in *os.File, out io.Writer) error {
	if len(arguments) < 2 {
		return errArguments
	}
	what, arguments := process.Job(arguments[0]), arguments[1:]
	if err := limitResources(what); err != nil {
		return err
	}
	switch {
	case what == process.JobWarm:
		return compileModules(ctx, arguments[0], arguments[1:])
	case what == process.JobVideo && len(arguments) == 3:
		return renderVideo(ctx, arguments[0], arguments[1], arguments[2], in, out)
	case what == process.JobPhoto && len(arguments) == 2:
		return renderPhoto(ctx, module(arguments[1]), arguments[0], in, out)
	case what == process.JobNative && len(arguments) == 4:
		if err := checkVideoSize(arguments[1], in); err != nil {
			return err
		}
		return execFFmpeg(arguments[0], videoArguments(arguments[3], arguments[1], arguments[2]))
	}
	return errArguments
}
