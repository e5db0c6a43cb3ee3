// Package shared keeps what the tests of many packages need and what is expensive to make, privet's binary and a migrated data
// folder, in the user's cache folder, so that the test binaries of one run, and later runs, make it once.
package shared

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/pb_migrations"

	"github.com/gofrs/flock"
)

// temporary lists the folders of this test binary that outlive each of its tests.
var temporary struct {
	mu      sync.Mutex
	folders []string
}

// Folder creates a folder that Cleanup removes.
func Folder(pattern string) (string, error) {
	dir, err := os.MkdirTemp("", pattern)
	temporary.mu.Lock()
	defer temporary.mu.Unlock()
	temporary.folders = append(temporary.folders, dir)
	return dir, err
}

// Main runs the tests of a package, for its TestMain, and removes the folders that they share.
func Main(m *testing.M) {
	m.Run() // its code is the one with which the process exits
	Cleanup()
}

// Cleanup removes the folders that Folder has created. A TestMain that does more than Main calls it after its tests.
func Cleanup() {
	temporary.mu.Lock()
	defer temporary.mu.Unlock()
	for _, dir := range temporary.folders {
		_ = os.RemoveAll(dir)
	}
}

// Binary builds privet, once per test binary, without cgo as its releases are, and returns the path of the executable.
var Binary = sync.OnceValues(func() (string, error) {
	own, err := Folder("privet-binary-")
	if err != nil {
		return "", err
	}
	executable := filepath.Join(own, "privet")
	return executable, locked(func(_, folder string) error {
		built := filepath.Join(folder, "privet")
		build := exec.Command("go", "build", "-o", built, "github.com/privet/privet") // does nothing if it is up to date
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
		// A build of another state of the code replaces that file while the tests of this one still start it.
		if os.Link(built, executable) == nil {
			return nil
		}
		content, err := os.ReadFile(built) // the temporary folder is on another file system
		if err != nil {
			return err
		}
		return os.WriteFile(executable, content, 0o755) // tests run it as another user, too
	})
})

// Template returns the path of a data folder that fill has filled, now or in another test binary of the same code. Nobody may
// change it.
func Template(fill func(dir string) error) (dir string, err error) {
	err = locked(func(root, folder string) error {
		state, err := digest(root)
		if err != nil {
			return err
		}
		dir = filepath.Join(folder, "template-"+state)
		if now := time.Now(); os.Chtimes(dir, now, now) == nil {
			return nil // it is there
		}
		if err := removeOld(folder); err != nil {
			return err
		}
		partial := filepath.Join(folder, "partial")
		if err := errors.Join(os.RemoveAll(partial), fill(partial)); err != nil {
			return err
		}
		return os.Rename(partial, dir)
	})
	return dir, err
}

// locked calls f with the root of the checkout and the cache folder that belongs to it, which only one process uses at a time.
func locked(f func(root, folder string) error) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	for ; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return errors.New("the tests don't run in a checkout of privet")
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	folder := filepath.Join(cache, "privet-test", fmt.Sprintf("%x", sha256.Sum256([]byte(root)))[:16])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(folder, "lock"))
	if err := lock.Lock(); err != nil {
		return err
	}
	defer lock.Close()
	return f(root, folder)
}

// removeOld removes the templates that no test has asked for in a day.
func removeOld(folder string) error {
	templates, err := filepath.Glob(filepath.Join(folder, "template-*"))
	for _, template := range templates {
		if info, failed := os.Stat(template); failed == nil && time.Since(info.ModTime()) > 24*time.Hour {
			err = errors.Join(err, os.RemoveAll(template))
		}
	}
	return err
}

// digest returns a checksum of what decides what a migrated data folder looks like: the versions of modules, and the migrations as
// they were compiled, as the files may have been changed since.
func digest(root string) (string, error) {
	sum := sha256.New()
	modules, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return "", err
	}
	sum.Write(modules)
	err = fs.WalkDir(pb_migrations.Sources, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.go") {
			return err
		}
		content, err := pb_migrations.Sources.ReadFile(name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(content), content)
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), err
}
