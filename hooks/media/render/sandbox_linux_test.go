package render

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever stands in place of ffmpeg reads its input, and neither other files nor anything by TCP.
func TestNativeConfined(t *testing.T) {
	abi := LandlockABI()
	if abi < 1 {
		t.Skip("this kernel has no Landlock")
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	input, secret := write(t, "input.webm", []byte("x")), write(t, "data.db", []byte("x"))
	script := fmt.Sprintf(`#!%s
try() { what=$1; shift; if "$@" 2>/dev/null >/dev/null; then echo "may $what" >&2; else echo "may not $what" >&2; fi; }
connect() { exec 3<>/dev/tcp/127.0.0.1/%s; }
try "read the input" cat %s
try "read another file" cat %s
try "list a folder" ls %s
try "read passwords" cat /etc/passwd
(try connect connect) || echo "may not connect" >&2
exit 1
`, tool(t, "bash"), port, input, secret, filepath.Dir(secret))
	program := write(t, "ffmpeg", []byte(script))
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	e, _ := measured(t, Config{CacheDir: t.TempDir(), FFmpeg: program})
	err = e.Render(t.Context(), input, "video/webm", io.Discard)
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{"may read the input", "may not read another file", "may not list a folder", "may not read passwords"}
	if abi >= 4 {
		want = append(want, "may not connect")
	}
	for _, line := range want {
		if !strings.Contains(err.Error(), line) {
			t.Errorf("it lacks %q: %v", line, err)
		}
	}
}
