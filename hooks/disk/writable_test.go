package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestCheckFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	if err := CheckFolder(folder, folder, 1000); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 0 {
		t.Errorf("left: %v %v", entries, err)
	}
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	var refused *NotWritable
	if err := CheckFolder(file, folder, 1); !errors.As(err, &refused) {
		t.Errorf("a file in a folder's place: %v", err)
	}
}

// The error says what, why, and how to mend it.
func TestNotWritable(t *testing.T) {
	folder := t.TempDir()
	cause := func(errno syscall.Errno) error {
		return &fs.PathError{Op: "open", Path: filepath.Join(folder, "write-check-1"), Err: errno}
	}
	for errno, hint := range map[syscall.Errno]string{syscall.ENOSPC: "make room", syscall.EROFS: "mount it", syscall.EIO: folder} {
		err := notWritable(folder, folder, cause(errno))
		if text := err.Error(); !strings.Contains(text, folder+" can't be written to: "+errno.Error()) || !strings.Contains(text, hint) || strings.Contains(text, "write-check") {
			t.Errorf("%v: %s", errno, text)
		}
		if !errors.Is(err, errno) || IsFull(err) != (errno == syscall.ENOSPC) {
			t.Errorf("%v: %v", errno, err)
		}
	}
	if text := notWritable(folder, "/data", cause(syscall.EACCES)).Error(); !strings.Contains(text, "/data") || strings.Contains(text, "\n") {
		t.Error(text)
	}
}
