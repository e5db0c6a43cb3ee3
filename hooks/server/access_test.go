//go:build unix

package server_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// A folder that somebody else owns, or a part of it, is refused with its path, owner and mode, our user and the command that
// mends it. The command does.
func TestForeignFolder(t *testing.T) {
	if testing.Short() || os.Getuid() != 0 {
		t.Skip("starts processes as another user, and gives folders away")
	}
	p := testkit.ImageProcess(t)
	p.Client()
	p.Stop(syscall.SIGTERM)
	parent := filepath.Dir(p.Dir)
	for _, test := range []struct{ name, path, want string }{
		{"the folder", p.Dir, "privet: the data folder can't be used: " + p.Dir + " belongs to uid 0 (root), with the mode drwx------, and privet runs as uid 65532"},
		{"the database", filepath.Join(p.Dir, "data.db"), filepath.Join(p.Dir, "data.db") + " belongs to uid 0 (root), with the mode -rw-------"},
		{"the storage", filepath.Join(p.Dir, "storage"), filepath.Join(p.Dir, "storage") + " belongs to uid 0 (root), with the mode drwx------"},
	} {
		if err := os.Chown(test.path, 0, 0); err != nil {
			t.Fatal(err)
		}
		out, code := asImage(t, "serve", "--http", "127.0.0.1:0", "--dir", p.Dir)
		command := "\n  chown -R 65532:65532 " + p.Dir + "\n"
		if code != 1 || !strings.Contains(out, test.want) || !strings.Contains(out, command) {
			t.Errorf("%s: exit code %d, and\n%s", test.name, code, out)
		}
		if printed, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
	}
	p.Start()
	p.Client()
	p.Stop(syscall.SIGTERM)

	// Our own, with a mode that keeps us out.
	if err := os.Chmod(p.Dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if out, code := asImage(t, "serve", "--http", "127.0.0.1:0", "--dir", p.Dir); code != 1 || !strings.Contains(out, "\n  chmod -R u+rwX "+p.Dir+"\n") {
		t.Errorf("exit code %d, and\n%s", code, out)
	}
	if err := os.Chmod(p.Dir, 0o700); err != nil {
		t.Fatal(err)
	}

	// One that is yet to be made, below somebody else's.
	if err := os.Chown(parent, 0, 0); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(parent, "deep", "data")
	out, code := asImage(t, "serve", "--http", "127.0.0.1:0", "--dir", missing)
	if code != 1 || !strings.Contains(out, "the data folder "+missing+" can't be created: "+parent+" belongs to uid 0 (root)") {
		t.Errorf("exit code %d, and\n%s", code, out)
	}
}

// asImage runs the binary as the image's user.
func asImage(t *testing.T, arguments ...string) (string, int) {
	t.Helper()
	command := exec.Command(testkit.Binary(t), arguments...)
	command.Env = append(os.Environ(), "HOME=/")
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	out, _ := command.CombinedOutput() // an error is an exit code other than 0
	return string(out), command.ProcessState.ExitCode()
}
