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

// child is a child process to be: a job, what it reads and where its output goes.
type child struct {
	job       process.Job
	arguments []string
	in        *os.File
	out       io.Writer
	limit     int64 // of bytes put out
	timeout   time.Duration
}

// run starts the child and waits for its end; it returns how much was put out.
func (e *Engine) run(ctx context.Context, c child) (int64, error) {
	program := e.config.Executable
	if program == "" {
		own, err := os.Executable()
		if err != nil {
			return 0, err
		}
		program = own
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	command := exec.CommandContext(limited, program, append([]string{ChildCommand, string(c.job)}, c.arguments...)...)
	// GOMEMLIMIT is for what is Go's; a guest's memory lies outside of it. Nothing of the server's environment gets in.
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
	out, said := &limitedWriter{to: c.out, left: c.limit}, &process.Tail{}
	command.Stdout, command.Stderr = out, said
	// On Linux the child is to die with the server, and the kernel means the thread that started it by that.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := command.Run()
	if e.onExit != nil && command.ProcessState != nil {
		e.onExit(c.job, command.ProcessState)
	}
	return out.written, e.classify(ctx, limited, command, c, out, said, err)
}

// classify turns a child's end into an error that tells whether another try is of use.
func (e *Engine) classify(ctx, limited context.Context, command *exec.Cmd, c child, out *limitedWriter, said *process.Tail, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case out.err != nil:
		return out.err
	case command.ProcessState == nil:
		return fmt.Errorf("starting the child: %w", err)
	}
	state := command.ProcessState
	// Who had the processor for most of the time allowed was not kept waiting: the file is too much.
	spent := state.UserTime() + state.SystemTime()
	switch {
	case state.ExitCode() == process.ExitUnreadable || c.job == process.JobNative && state.ExitCode() > 0 && state.ExitCode() != process.ExitFailed:
		return fmt.Errorf("%w: %s", ErrUnreadable, said)
	case state.ExitCode() == process.ExitNotCompiled:
		return fmt.Errorf("%w: %s", process.ErrNotCompiled, said)
	case c.job != process.JobWarm && spent > c.timeout*3/4:
		return fmt.Errorf("%w: %v of work were not enough", ErrUnreadable, spent.Round(time.Second))
	case limited.Err() != nil:
		return fmt.Errorf("not done after %v", c.timeout)
	}
	return fmt.Errorf("the child failed: %w: %s", err, said)
}

// limitedWriter passes on at most left bytes.
type limitedWriter struct {
	to            io.Writer
	left, written int64
	err           error
}

func (c *limitedWriter) Write(data []byte) (int, error) {
	if int64(len(data)) > c.left {
		c.err = fmt.Errorf("%w: its picture is too large", ErrUnreadable)
		return 0, c.err
	}
	n, err := c.to.Write(data)
	c.left, c.written = c.left-int64(n), c.written+int64(n)
	if err != nil {
		c.err = err
	}
	return n, err
}

// workingDirectory returns where a child starts: away from the server's folder, where that is known to be possible; ""
// is the server's own.
func workingDirectory() string {
	if runtime.GOOS == "linux" || runtime.GOOS == "darwin" {
		return "/"
	}
	return ""
}
