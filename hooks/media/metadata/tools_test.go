package metadata_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/media/metadata"
	"github.com/privet/privet/routes/testkit/oracle"
)

// marker is part of every text that must be removed.
const marker = "Qx7Marker"

// need skips a test on a machine without these programs.
func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
}

func run(t testing.TB, program string, args ...string) string {
	t.Helper()
	need(t, program)
	if program == "exiftool" {
		return oracle.Exiftool(t, args...)
	}
	var out, failed bytes.Buffer
	command := exec.Command(program, args...)
	command.Stdout, command.Stderr = &out, &failed
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, failed.String())
	}
	return out.String()
}

func ffmpeg(t testing.TB, args ...string) string {
	t.Helper()
	return run(t, "ffmpeg", append([]string{"-nostdin", "-v", "error", "-y"}, args...)...)
}

// clean cleans the file and checks that it did not grow and that a second time changes nothing.
func clean(t testing.TB, path, mime string) []byte {
	t.Helper()
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	var last []byte
	for i := range 2 {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		now, _ := f.Stat()
		if err := metadata.Clean(f, now.Size(), mime); err != nil {
			t.Fatalf("%s: %v", filepath.Base(path), err)
		}
		f.Close()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 && !bytes.Equal(b, last) {
			t.Error("cleaning twice is not cleaning once")
		}
		last = b
	}
	if int64(len(last)) > before.Size() {
		t.Errorf("it grew from %d to %d bytes", before.Size(), len(last))
	}
	if at := bytes.Index(last, []byte(marker)); at >= 0 {
		t.Errorf("the marker is still at %d: %q", at, last[max(0, at-40):min(len(last), at+40)])
	}
	return last
}

// tags returns what exiftool finds in a file, by "Group:Name".
func tags(t testing.TB, path string) map[string]any {
	t.Helper()
	return oracle.Tags(t, path)[0]
}

func copyOf(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(other, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return other
}
