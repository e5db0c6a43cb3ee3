//go:build unix

package server_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// nobody is a user id without any rights of its own.
const nobody = 65534

// Another user of the machine can't read a byte of the data folder: not of a new one, and not of one that an older version
// left open, with all that it holds.
func TestDataFolderIsPrivate(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	p := testkit.Process(t)
	// The folders above are the test's own, and closed as well.
	for folder := filepath.Dir(p.Dir); folder != filepath.Clean(os.TempDir()) && folder != "/"; folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p.Client() // has a picture
	wantPrivate(t, p.Dir)
	if strings.Contains(p.Log.String(), "other users") {
		t.Errorf("of a new folder: %s", p.Log)
	}

	p.Stop(syscall.SIGTERM)
	p.Run("superuser", "upsert", "desk@example.com", "correct horse battery")
	wantPrivate(t, p.Dir)
	var left []string
	for _, name := range []string{"backups", ".autocert_cache", "privet"} {
		left = append(left, filepath.Join(name, "left.txt"))
	}
	for _, name := range append(left, "key.pem") {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(p.Dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p.Dir, name), []byte("a secret"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := filepath.WalkDir(p.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return os.Chmod(path, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 && len(readAs(t, nobody, p.Dir)) == 0 {
		t.Fatal("nobody can't read an open folder, so that there is nothing to test")
	}
	p.Start()
	wantPrivate(t, p.Dir)
	p.WantLog("other users of this machine could read the database")
	p.Client()
}

// wantPrivate fails the test if another user can read or list anything in a folder.
func wantPrivate(t *testing.T, folder string) {
	t.Helper()
	if os.Getuid() == 0 {
		if got := readAs(t, nobody, folder); len(got) > 0 {
			t.Errorf("nobody read %d bytes: %.200q", len(got), got)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append([]string{""}, names(entries)...) {
		info, err := os.Stat(filepath.Join(folder, path))
		if err == nil && info.Mode()&0o077 != 0 {
			t.Errorf("the mode of %q is %s", path, info.Mode())
		}
	}
}

func names(entries []fs.DirEntry) (names []string) {
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// readAs returns the first bytes of each file below a folder that a user can read, and the names in each folder that the
// user can list. The paths are known to the user.
func readAs(t *testing.T, uid uint32, folder string) []byte {
	t.Helper()
	arguments := []string{"-c", `for f; do if [ -d "$f" ]; then ls "$f"; else head -c 9 "$f"; fi; done 2>/dev/null`, "sh"}
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, _ error) error {
		arguments = append(arguments, path) // files come and go, such as a server's temporary ones
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("/bin/sh", arguments...)
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	out, err := command.Output()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) { // the last file could not be read
		t.Fatal(err)
	}
	return bytes.TrimSpace(out)
}
