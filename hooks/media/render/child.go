package render

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Child is the whole program of a child process: arguments are what follows Word, in is the file to make a picture of,
// out takes the JPEG. It returns the exit code.
func Child(arguments []string, in *os.File, out io.Writer) int {
	err := work(context.Background(), arguments, in, out)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errCold):
		fmt.Fprintln(os.Stderr, err)
		return exitCold
	case errors.Is(err, ErrUnreadable):
		fmt.Fprintln(os.Stderr, err)
		return exitUnreadable
	}
	fmt.Fprintln(os.Stderr, err)
	return exitFailed
}

var errArguments = errors.New("this is started by the server, for itself")

func work(ctx context.Context, arguments []string, in *os.File, out io.Writer) error {
	if len(arguments) < 2 {
		return errArguments
	}
	what, arguments := job(arguments[0]), arguments[1:]
	if err := restrict(what); err != nil {
		return err
	}
	switch {
	case what == jobWarm:
		return warm(ctx, arguments[0], arguments[1:])
	case what == jobMovie && len(arguments) == 3:
		return video(ctx, arguments[0], arguments[1], arguments[2], in, out)
	case what == jobPhoto && len(arguments) == 2:
		return photo(ctx, module(arguments[1]), arguments[0], in, out)
	case what == jobNative && len(arguments) == 4:
		if err := checkMovie(arguments[1], in); err != nil {
			return err
		}
		return replace(arguments[0], videoArguments(arguments[3], arguments[1], arguments[2]))
	}
	return errArguments
}
