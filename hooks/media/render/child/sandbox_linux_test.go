package child

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	llsyscall "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"github.com/privet/privet/hooks/media/render/process"
	"golang.org/x/sys/unix"
)

// The confined process is this test's binary, started once more with these in its environment.
const (
	envConfined = "PRIVET_TEST_CONFINED" // the job
	envFolder   = "PRIVET_TEST_FOLDER"   // with the subfolders cache and outside
	envAddress  = "PRIVET_TEST_ADDRESS"  // of a TCP listener
)

// TestConfined confines its own process when TestConfine starts it, and prints what it is allowed to do.
func TestConfined(t *testing.T) {
	job, folder := process.Job(os.Getenv(envConfined)), os.Getenv(envFolder)
	if job == "" {
		t.Skip("is started by TestConfine")
	}
	cache, outside := filepath.Join(folder, "cache"), filepath.Join(folder, "outside")
	arguments := []string{cache}
	if job == process.JobNative {
		arguments = []string{"/bin/sh", "mov", "0", "0", filepath.Join(cache, "file")}
	}
	if err := confine(job, arguments); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"read the cache":  func() error { _, err := os.ReadFile(filepath.Join(cache, "file")); return err },
		"list the cache":  func() error { _, err := os.ReadDir(cache); return err },
		"write the cache": func() error { return os.WriteFile(filepath.Join(cache, "new"), nil, 0o600) },
		"read outside":    func() error { _, err := os.ReadFile(filepath.Join(outside, "file")); return err },
		"write outside":   func() error { return os.WriteFile(filepath.Join(outside, "new"), nil, 0o600) },
		"read passwords":  func() error { _, err := os.ReadFile("/etc/passwd"); return err },
		"read own maps":   func() error { _, err := os.ReadFile("/proc/self/maps"); return err },
		"connect": func() error {
			c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", os.Getenv(envAddress))
			if err == nil {
				_ = c.Close()
			}
			return err
		},
		"signal":  func() error { return syscall.Kill(os.Getppid(), 0) },
		"execute": func() error { return exec.CommandContext(context.Background(), "/bin/true").Run() },
	} {
		err := try()
		switch {
		case err == nil:
			fmt.Println("may", name)
		case errors.Is(err, os.ErrPermission):
			fmt.Println("may not", name)
		default:
			fmt.Println(name, "fails:", err)
		}
	}
	if set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err == nil && set == 1 {
		fmt.Println("may not gain privileges")
	}
}

func TestConfine(t *testing.T) {
	abi, err := llsyscall.LandlockGetABIVersion()
	if err != nil || abi < 1 {
		t.Skipf("this kernel has no Landlock: %v", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for job, want := range map[process.Job][]string{
		process.JobPhoto: {"may read the cache", "may list the cache", "may not write the cache", "may not execute"},
		process.JobVideo: {"may read the cache", "may list the cache", "may not write the cache", "may not execute"},
		process.JobWarm:  {"may read the cache", "may list the cache", "may write the cache", "may not execute"},
		// Its input lies in that folder.
		process.JobNative: {"may read the cache", "may not list the cache", "may not write the cache"},
	} {
		t.Run(string(job), func(t *testing.T) {
			folder := t.TempDir()
			for _, name := range []string{"cache", "outside"} {
				if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, name, "file"), []byte("x"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			confined := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestConfined$", "-test.v")
			confined.Env = append(os.Environ(), envConfined+"="+string(job), envFolder+"="+folder, envAddress+"="+listener.Addr().String())
			out, err := confined.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			want := append(want, "may not read outside", "may not write outside", "may not read passwords", "may not gain privileges")
			if job != process.JobNative { // which becomes another program
				want = append(want, "may read own maps")
			}
			if abi >= 4 {
				want = append(want, "may not connect")
			}
			if abi >= 6 {
				want = append(want, "may not signal")
			}
			for _, line := range want {
				if !strings.Contains(string(out), line+"\n") {
					t.Errorf("it lacks %q:\n%s", line, out)
				}
			}
		})
	}
}
