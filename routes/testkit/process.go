package testkit

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit/shared"
)

// Binary builds privet, once per test binary, and returns the path of the executable.
func Binary(t testing.TB) string {
	t.Helper()
	binary, err := shared.Binary()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// Running is privet as a separate process, for tests of its memory, its exit and its restart, and of what child
// processes do. Its App is nil.
type Running struct {
	*Server
	Dir  string // the data folder
	Temp string // its TMPDIR
	env  []string
	user *syscall.Credential // nil: the test's own

	// Executable is the binary that Start runs; "": Binary's. Another one is another version.
	Executable string

	// Limits is a command of the shell that runs before Start's, such as "ulimit -n 128".
	Limits string

	// Under is the program with its arguments that Start's runs under, such as strace.
	Under []string

	command *exec.Cmd
	ended   chan struct{}
}

// Process runs `privet serve` until the test ends, with the test's environment and the given variables ("NAME=value").
// The rate limit is off unless they turn it on, and the machine's disk may be fuller than servers let it become.
func Process(t testing.TB, env ...string) *Running {
	t.Helper()
	return process(t, nil, filepath.Join(t.TempDir(), "data"), env...)
}

// ProcessOn is Process on a data folder that exists, or on one to be created.
func ProcessOn(t testing.TB, dir string, env ...string) *Running {
	t.Helper()
	return process(t, nil, dir, env...)
}

// imageUser is the user of the container image, without a name and a home folder.
const imageUser = 65532

// ImageProcess is Process in the environment of the container image: its user, if the tests run as root, and the home
// folder that container engines give to a user without an entry in /etc/passwd.
func ImageProcess(t testing.TB, env ...string) *Running {
	t.Helper()
	var user *syscall.Credential
	if os.Getuid() == 0 {
		user = &syscall.Credential{Uid: imageUser, Gid: imageUser}
		if err := os.Chmod(filepath.Dir(Binary(t)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if user != nil {
		err := os.Chmod(filepath.Dir(dir), 0o711) // the folder of the test's folders is its own
		if err = errors.Join(err, os.Chown(dir, imageUser, imageUser)); err != nil {
			t.Fatal(err)
		}
	}
	return process(t, user, filepath.Join(dir, "data"), append([]string{"HOME=/", "XDG_CACHE_HOME="}, env...)...)
}

func process(t testing.TB, user *syscall.Credential, dir string, env ...string) *Running {
	t.Helper()
	p := &Running{Server: &Server{t: t, Log: &Log{}, signedUp: &atomic.Int64{}}, Dir: dir, Temp: t.TempDir(), user: user}
	if user != nil {
		if err := os.Chown(p.Temp, int(user.Uid), int(user.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	p.dir = p.Dir
	p.env = append(append(os.Environ(), "PRIVET_RATE_LIMIT=0", "PRIVET_UPLOAD_FLOOR=1", "TMPDIR="+p.Temp), env...)
	p.connect()
	t.Cleanup(func() {
		if t.Failed() {
			time.Sleep(4 * time.Second) // PocketBase buffers its logs for three
		}
		p.Stop(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("the process printed:\n%s", p.Log)
		}
	})
	p.Start()
	return p
}

// Run runs another command of the binary on the same data folder, and confirms its prompts.
func (p *Running) Run(arguments ...string) {
	p.t.Helper()
	command := exec.Command(Binary(p.t), append(arguments, "--dir", p.Dir)...)
	command.Env, command.Stdin = p.env, strings.NewReader("y\n")
	command.SysProcAttr = &syscall.SysProcAttr{Credential: p.user}
	if out, err := command.CombinedOutput(); err != nil {
		p.t.Fatalf("%v: %v\n%s", arguments, err, out)
	}
}

// Start starts the process: Process calls it first, tests call it again after Stop.
func (p *Running) Start() {
	p.t.Helper()
	binary := p.Executable
	if binary == "" {
		binary = Binary(p.t)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	p.URL = "http://" + address
	arguments := append(slices.Clone(p.Under), binary, "serve", "--dir", p.Dir, "--http", address)
	p.command = exec.Command(arguments[0], arguments[1:]...)
	if p.Limits != "" {
		p.command = exec.Command("sh", append([]string{"-c", p.Limits + ` && exec "$0" "$@"`}, p.command.Args...)...)
	}
	p.command.Env, p.command.Stdout, p.command.Stderr = p.env, p.Log, p.Log
	p.command.SysProcAttr = &syscall.SysProcAttr{Credential: p.user}
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.ended = make(chan struct{})
	go func() {
		_ = p.command.Wait() // what matters is in ProcessState
		close(p.ended)
	}()
	p.awaitStart(p.ended)
}

// PID returns the id of the process.
func (p *Running) PID() int { return p.command.Process.Pid }

// Signal sends a signal to the process and returns at once.
func (p *Running) Signal(signal syscall.Signal) {
	_ = p.command.Process.Signal(signal) // fails only if the process has ended
}

// Stop sends a signal, waits until the process has ended, and returns the exit code, -1 after SIGKILL.
func (p *Running) Stop(signal syscall.Signal) int {
	p.t.Helper()
	p.Signal(signal)
	return p.Wait(time.Minute)
}

// Wait waits until the process has ended and returns its exit code. After the timeout it kills the process and fails
// the test.
func (p *Running) Wait(timeout time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(timeout):
		p.Signal(syscall.SIGKILL)
		<-p.ended
		p.t.Errorf("the process did not end within %s", timeout)
	}
	p.HTTPClient.CloseIdleConnections()
	return p.command.ProcessState.ExitCode()
}

// Memory returns a line of /proc/PID/status, such as VmHWM (the peak) or VmRSS, in bytes. It skips the test where
// there is no /proc.
func (p *Running) Memory(line string) int64 {
	p.t.Helper()
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		p.t.Skip("needs /proc: ", err)
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), line+":"); ok {
			kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				p.t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	p.t.Fatalf("no %s in /proc", line)
	return 0
}
