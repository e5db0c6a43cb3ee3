package testkit

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// made are folders that outlive a test: they are shared by all of a test binary's.
var made struct {
	mu      sync.Mutex
	folders []string
}

// sharedFolder makes a folder that Cleanup removes.
func sharedFolder(pattern string) (string, error) {
	dir, err := os.MkdirTemp("", pattern)
	made.mu.Lock()
	defer made.mu.Unlock()
	made.folders = append(made.folders, dir)
	return dir, err
}

// Cleanup removes what tests share. A package's TestMain calls it after its tests.
func Cleanup() {
	made.mu.Lock()
	defer made.mu.Unlock()
	for _, dir := range made.folders {
		_ = os.RemoveAll(dir)
	}
}

var build = sync.OnceValues(func() (string, error) {
	dir, err := sharedFolder("privet-binary-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "privet")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/privet/privet").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})

// Binary builds privet, once for each test binary, and returns where it lies.
func Binary(t testing.TB) string {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// Running is privet as a process of its own, for what only a process shows: its memory, its end, its restart.
// Its App is nil.
type Running struct {
	*Server
	Dir  string // the data folder
	Temp string // its TMPDIR
	env  []string

	command *exec.Cmd
	ended   chan struct{}
}

// Process starts `privet serve` until the test ends, with the given variables ("NAME=value") besides those of the
// test. Its throttle is off unless they turn it on.
func Process(t testing.TB, env ...string) *Running {
	t.Helper()
	p := &Running{Server: &Server{t: t, Log: &Log{}}, Dir: t.TempDir(), Temp: t.TempDir()}
	p.dir = p.Dir
	p.env = append(append(os.Environ(), "PRIVET_RATE_LIMIT=0", "TMPDIR="+p.Temp), env...)
	p.connect()
	t.Cleanup(func() {
		if t.Failed() {
			time.Sleep(4 * time.Second) // PocketBase gathers its logs for three
		}
		p.Stop(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("the process printed:\n%s", p.Log)
		}
	})
	p.Start()
	return p
}

// Run runs another command of the binary on the same data folder, and says yes to what it asks.
func (p *Running) Run(arguments ...string) {
	p.t.Helper()
	command := exec.Command(Binary(p.t), append(arguments, "--dir", p.Dir)...)
	command.Env, command.Stdin = p.env, strings.NewReader("y\n")
	if out, err := command.CombinedOutput(); err != nil {
		p.t.Fatalf("%v: %v\n%s", arguments, err, out)
	}
}

// Start starts the process, the first time or again after End.
func (p *Running) Start() {
	p.t.Helper()
	binary := Binary(p.t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	p.URL = "http://" + address
	p.command = exec.Command(binary, "serve", "--dir", p.Dir, "--http", address)
	p.command.Env, p.command.Stdout, p.command.Stderr = p.env, p.Log, p.Log
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.ended = make(chan struct{})
	go func() {
		_ = p.command.Wait() // what matters is in ProcessState
		close(p.ended)
	}()
	p.awaitHealth(p.ended)
}

// PID is the process' id.
func (p *Running) PID() int { return p.command.Process.Pid }

// Signal sends the process a signal and does not wait for what follows.
func (p *Running) Signal(signal syscall.Signal) {
	_ = p.command.Process.Signal(signal) // one that has ended needs none
}

// Stop sends a signal and waits until the process has ended; it returns the exit code, -1 after a kill.
func (p *Running) Stop(signal syscall.Signal) int {
	p.t.Helper()
	p.Signal(signal)
	return p.Wait(time.Minute)
}

// Wait waits until the process has ended by itself, and returns its exit code.
func (p *Running) Wait(patience time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.Signal(syscall.SIGKILL)
		<-p.ended
		p.t.Errorf("the process did not end within %s", patience)
	}
	p.HTTPClient.CloseIdleConnections()
	return p.command.ProcessState.ExitCode()
}

// Memory is a line of the process' /proc status, as VmHWM (the peak) or VmRSS, in bytes. It skips the test where
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
