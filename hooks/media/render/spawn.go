package render

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// Word is the hidden first argument that makes the program a child; main passes the rest to Child.
const Word = "preview-child"

// The child's exit codes. Anything else, signals too, is none of its own words.
const (
	exitUnreadable = 3
	exitCold       = 4
	exitFailed     = 125 // no code that ffmpeg ends with
)

// child is a child process to be: a job, what it reads and where its output goes.
type child struct {
	job       job
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
	command := exec.CommandContext(limited, program, append([]string{Word, string(c.job)}, c.arguments...)...)
	// GOMEMLIMIT is for what is Go's; a guest's memory lies outside of it. Nothing of the server's environment gets in.
	command.Env = []string{"GOMEMLIMIT=64MiB", "GOTRACEBACK=single"}
	if c.job == jobWarm {
		command.Env = []string{"GOTRACEBACK=single"}
	}
	command.Dir = neutral
	command.SysProcAttr = attributes()
	command.WaitDelay = time.Second
	if c.in != nil {
		command.Stdin = c.in
	}
	out, said := &counted{to: c.out, left: c.limit}, &tail{}
	command.Stdout, command.Stderr = out, said
	// On Linux the child is to die with the server, and the kernel means the thread that started it by that.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := command.Run()
	if e.ended != nil && command.ProcessState != nil {
		e.ended(c.job, command.ProcessState)
	}
	return out.written, e.judge(ctx, limited, command, c, out, said, err)
}

// judge turns a child's end into an error that tells whether another try is of use.
func (e *Engine) judge(ctx, limited context.Context, command *exec.Cmd, c child, out *counted, said *tail, err error) error {
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
	case state.ExitCode() == exitUnreadable || c.job == jobNative && state.ExitCode() > 0 && state.ExitCode() != exitFailed:
		return fmt.Errorf("%w: %s", ErrUnreadable, said)
	case state.ExitCode() == exitCold:
		return fmt.Errorf("%w: %s", errCold, said)
	case c.job != jobWarm && spent > c.timeout*3/4:
		return fmt.Errorf("%w: %v of work were not enough", ErrUnreadable, spent.Round(time.Second))
	case limited.Err() != nil:
		return fmt.Errorf("not done after %v", c.timeout)
	}
	return fmt.Errorf("the child failed: %w: %s", err, said)
}

// counted passes on at most left bytes.
type counted struct {
	to            io.Writer
	left, written int64
	err           error
}

func (c *counted) Write(data []byte) (int, error) {
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

// tail keeps the last words of a talker.
type tail struct{ kept []byte }

const tailSize = 1 << 10

func (t *tail) Write(data []byte) (int, error) {
	t.kept = append(t.kept, data[max(0, len(data)-tailSize):]...)
	t.kept = t.kept[max(0, len(t.kept)-tailSize):]
	return len(data), nil
}

func (t *tail) String() string {
	return string(bytes.ToValidUTF8(bytes.TrimSpace(t.kept), []byte("?")))
}
