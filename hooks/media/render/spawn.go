package render

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/privet/privet/hooks/media/render/process"
)

// child describes a child process to start: its job, its input and where its output goes.
type child struct {
	job       process.Job
	arguments []string
	in        *os.File
	out       io.Writer
	limit     int64 // of bytes of output
	timeout   time.Duration
}

// run starts the child, waits for its end and returns how many bytes of output it wrote.
func (e *Engine) run(ctx context.Context, c child) (int64, error) {
	program := e.config.Executable
	if program == "" {
		own, err := os.Executable()
		if err != nil {
			return 0, fmt.Errorf("%w: find the program to start as a child: %w", ErrSetup, err)
		}
		program = own
	}
	timed, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	command := exec.CommandContext(timed, program, append([]string{ChildCommand, string(c.job)}, c.arguments...)...)
	// GOMEMLIMIT bounds Go's heap; the memory of a WebAssembly guest lies outside of it. The child inherits nothing
	// of the server's environment, which holds secrets.
	command.Env = []string{"GOMEMLIMIT=64MiB", "GOTRACEBACK=single"}
	if c.job == process.JobWarm {
		command.Env = []string{"GOTRACEBACK=single"}
	}
	command.Dir = workingDirectory()
	command.SysProcAttr = sysProcAttr()
	command.WaitDelay = time.Second
	if c.in != nil {
		command.Stdin = c.in
	}
	out, stderr := &limitedWriter{to: c.out, left: c.limit}, &process.Tail{}
	command.Stdout, command.Stderr = out, stderr
	// Pdeathsig kills the child on Linux when the thread that started it ends, not the process: so that thread must
	// live on.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := command.Run()
	if e.onExit != nil && command.ProcessState != nil {
		e.onExit(c.job, command.ProcessState)
	}
	return out.written, e.classify(ctx, timed, command, c, out, stderr, err)
}

// codeNotLoaded is the exit code of Linux's dynamic linker when it finds no library, and of a shell that finds no program.
const codeNotLoaded = 127

// classify turns the way a child ended into an error that says what it means for the file (see ErrUnreadable).
func (e *Engine) classify(
	ctx, timed context.Context, command *exec.Cmd, c child, out *limitedWriter, stderr *process.Tail, err error,
) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case out.err != nil:
		return out.err
	case command.ProcessState == nil:
		return fmt.Errorf("%w: starting the child: %w", ErrSetup, err)
	}
	state := command.ProcessState
	// A child that had the processor for most of its time didn't suffer from a busy machine: the file needs too much
	// work.
	spent := state.UserTime() + state.SystemTime()
	code := state.ExitCode()
	switch {
	case code == process.ExitNotStarted, c.job == process.JobNative && code == codeNotLoaded:
		return fmt.Errorf("%w: %s", ErrSetup, stderr)
	case code == process.ExitUnreadable || c.job == process.JobNative && code > 0 && code != process.ExitFailed:
		return fmt.Errorf("%w: %s", ErrUnreadable, stderr)
	case code == process.ExitNotCompiled:
		return fmt.Errorf("%w: %s", process.ErrNotCompiled, stderr)
	case c.job != process.JobWarm && spent > c.timeout*3/4:
		return fmt.Errorf("%w: %v of CPU time were not enough", ErrUnreadable, spent.Round(time.Second))
	case timed.Err() != nil:
		return fmt.Errorf("%w: not done after %v", ErrAttempt, c.timeout)
	}
	return fmt.Errorf("%w: the child failed: %w: %s", ErrAttempt, err, stderr)
}

// limitedWriter passes on at most left bytes and remembers the first error, which the child only sees as a broken pipe.
type limitedWriter struct {
	to            io.Writer
	left, written int64
	err           error
}

func (w *limitedWriter) Write(data []byte) (int, error) {
	if int64(len(data)) > w.left {
		w.err = fmt.Errorf("%w: the preview is too large", ErrUnreadable)
		return 0, w.err
	}
	n, err := w.to.Write(data)
	w.left, w.written = w.left-int64(n), w.written+int64(n)
	if err != nil {
		w.err = err
	}
	return n, err
}

// workingDirectory returns the directory of a child: "/" where that is known to exist, else "", which is the server's
// own.
func workingDirectory() string {
	if runtime.GOOS == "linux" || runtime.GOOS == "darwin" {
		return "/"
	}
	return ""
}
