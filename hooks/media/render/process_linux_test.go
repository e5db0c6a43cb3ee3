package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit/shared"
)

// slow writes a script to run in place of the child: it writes its environment to note, its process ID to note.pid, and hangs.
func slow(t *testing.T) (program, note string) {
	note = filepath.Join(t.TempDir(), "note")
	program = filepath.Join(t.TempDir(), "slow")
	script := fmt.Sprintf("#!/bin/sh\n/usr/bin/env > %s\necho $$ > %s.pid\nwhile :; do sleep 0.05; done\n", note, note)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return program, note
}

// gone waits until the process whose ID slow wrote has ended.
func gone(t *testing.T, note string) {
	t.Helper()
	content, err := os.ReadFile(note + ".pid")
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("the child %d lives on", pid)
}

// written waits until a file with a complete line exists.
func written(t *testing.T, file string) {
	t.Helper()
	for range 500 {
		if content, _ := os.ReadFile(file); bytes.HasSuffix(content, []byte("\n")) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the child didn't start")
}

func TestCancelled(t *testing.T) {
	program, note := slow(t)
	e := New(Config{CacheDir: t.TempDir(), Executable: program})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- e.Warm(ctx) }()
	written(t, note+".pid")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	gone(t, note)
	if environment, _ := os.ReadFile(note); bytes.Contains(environment, []byte("HOME=")) || !bytes.Contains(environment, []byte("GOTRACEBACK=")) {
		t.Errorf("the child's environment is\n%s", environment)
	}
}

func TestTimeout(t *testing.T) {
	program, note := slow(t)
	e := New(Config{CacheDir: t.TempDir(), Executable: program, Timeout: time.Second})
	e.warm = true
	err := e.Render(t.Context(), write(t, "a.mp4", []byte("x")), "video/mp4", io.Discard)
	if !errors.Is(err, ErrAttempt) || errors.Is(err, ErrUnreadable) || !strings.Contains(err.Error(), "not done after 1s") {
		t.Errorf("%v", err)
	}
	gone(t, note)
}

// What keeps a child from beginning isn't booked as the fault of a file.
func TestSetup(t *testing.T) {
	notLoaded := write(t, "ffmpeg", []byte("#!/bin/sh\nexit 127\n"))
	if err := os.Chmod(notLoaded, 0o700); err != nil {
		t.Fatal(err)
	}
	occupied := filepath.Join(write(t, "a", nil), "cache") // no folder can be made in a file
	for name, c := range map[string]Config{
		"no ffmpeg":       {FFmpeg: "/nonexistent/ffmpeg"},
		"not executable":  {FFmpeg: write(t, "ffmpeg", nil)},
		"no library":      {FFmpeg: notLoaded},
		"no cache folder": {CacheDir: occupied},
	} {
		t.Run(name, func(t *testing.T) {
			e, _ := measured(t, c)
			err := e.Render(t.Context(), write(t, "a.webm", []byte("x")), "video/webm", io.Discard)
			if !errors.Is(err, ErrSetup) || errors.Is(err, ErrUnreadable) || errors.Is(err, ErrAttempt) {
				t.Errorf("%v", err)
			}
		})
	}
}

// When the server is killed by kill -9, the child dies with it. The test binary takes the part of the server.
func TestServerKilled(t *testing.T) {
	if note := os.Getenv("PREVIEW_TEST_SERVER"); note != "" {
		_ = New(Config{CacheDir: filepath.Dir(note), Executable: note + ".program"}).Warm(t.Context())
		return
	}
	program, note := slow(t)
	if err := os.Symlink(program, note+".program"); err != nil {
		t.Fatal(err)
	}
	server := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestServerKilled$")
	server.Env = append(os.Environ(), "PREVIEW_TEST_SERVER="+note)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	written(t, note+".pid")
	time.Sleep(300 * time.Millisecond) // by then, idle threads of the server would have ended
	if err := syscall.Kill(server.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	gone(t, note)
}

// The compiled code is readable by the server's user alone; broken, missing and concurrently written code is repaired.
func TestCacheHeals(t *testing.T) {
	if !*large {
		t.Skip("takes half a minute: -large")
	}
	t.Parallel()
	warmed, _ := engine(t)
	if err := warmed.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(t.TempDir(), "new", "cache")
	e, _ := measured(t, Config{CacheDir: cache, FFmpeg: tool(t, "ffmpeg")}) // without ffmpeg's module, compiling is fast
	other := New(e.config)
	old, foreign := filepath.Join(cache, "ffmpeg-0123abcd", "wazero"), filepath.Join(cache, "mine")
	for _, folder := range []string{old, foreign} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var both sync.WaitGroup
	for _, one := range []*Engine{e, other} {
		both.Go(func() {
			if err := one.Warm(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if _, err := os.Stat(filepath.Dir(old)); err == nil {
		t.Error("another release's code is still there")
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("a folder that isn't the engine's: %v", err)
	}
	if info, err := os.Stat(cache); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	source := heifSample{width: 256, height: 256, columns: 1, rows: 1, source: movingPicture("256x256")}.make(t)
	picture(t, e, source, "image/heic")
	entries, _ := filepath.Glob(filepath.Join(cache, "heif-*", "wazero-*", "*"))
	if len(entries) != 1 {
		t.Fatalf("%q", entries)
	}
	whole, err := os.ReadFile(entries[0])
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, content := range map[string][]byte{"flipped": flipped, "cut": whole[:len(whole)/2], "empty": {}, "another": []byte("#!/bin/sh\n")} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(entries[0], content, 0o600); err != nil {
				t.Fatal(err)
			}
			picture(t, e, source, "image/heic")
			if now, _ := os.ReadFile(entries[0]); !bytes.Equal(now, whole) {
				t.Error("the code wasn't compiled anew")
			}
		})
	}
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	picture(t, e, source, "image/heic")
}

// The program starts as if the embedded modules weren't linked: measured in processor time, since other tests may hold
// the processor.
func TestStart(t *testing.T) {
	privet, err := shared.Binary()
	if err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{{"--version"}, {"health", "--http", "127.0.0.1:1"}} {
		t.Run(arguments[0], func(t *testing.T) {
			var spent []time.Duration
			for range 9 {
				command := exec.CommandContext(t.Context(), privet, arguments...)
				command.Dir = t.TempDir()
				_ = command.Run() // no server listens on port 1
				spent = append(spent, command.ProcessState.UserTime()+command.ProcessState.SystemTime())
			}
			slices.Sort(spent)
			t.Logf("%v: %v", arguments, spent[4])
			if spent[4] > 100*time.Millisecond {
				t.Errorf("%v takes %v", arguments, spent[4])
			}
		})
	}
}

func TestSlots(t *testing.T) {
	if total := installedMemory(); total < 64<<20 {
		t.Errorf("a machine of %d bytes", total)
	}
	if availableMemory() > installedMemory() {
		t.Error("more than the machine has")
	}
	for content, want := range map[string]uint64{"max\n": 1<<64 - 1, "536870912\n": 512 << 20} {
		if got := readLimit(write(t, "memory.max", []byte(content))); got != want {
			t.Errorf("%q is %d", content, got)
		}
	}
	if slots := Slots(); slots < 1 || slots > 2 {
		t.Errorf("%d slots", slots)
	}
}
