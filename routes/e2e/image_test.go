//go:build linux

package e2e

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// inImage runs privet as a container engine runs the image, without one: its files and no others, on a root that can't be written to, with
// /proc, a few devices and the data folder mounted, the image's user without a name, and nothing of the machine's environment. Its arguments
// are those of testkit: serve --dir FOLDER --http ADDRESS.
const inImage = `#!/bin/sh
exec unshare --mount --propagation private sh -euc '
	mount --bind "$0" "$0"
	mount --rbind /proc "$0/proc"
	for device in null zero full random urandom; do touch "$0/dev/$device"; mount --bind /dev/$device "$0/dev/$device"; done
	mount --bind "$3" "$0/data"
	mount -o remount,bind,ro "$0"
	exec setpriv --no-new-privs env -i HOME=/ PATH=/usr/sbin:/usr/bin:/sbin:/bin TMPDIR=/data PRIVET_RATE_LIMIT=0 PRIVET_UPLOAD_FLOOR=1 \
		chroot --userspec=65532:65532 --groups= "$0" /privet serve --http="$5" --dir=/data
' "%s" "$@"
`

// The image, as far as it can be had without a container engine, takes an order with a video and makes its preview.
func TestImage(t *testing.T) {
	if testing.Short() || os.Getuid() != 0 {
		t.Skip("renders a preview, and mounts folders")
	}
	findProgram(t, "unshare")
	findProgram(t, "setpriv")
	if out, err := exec.Command("unshare", "--mount", "mount", "--bind", "/tmp", "/tmp").CombinedOutput(); err != nil {
		t.Skipf("nothing can be mounted here: %s", out)
	}
	root := filepath.Join(t.TempDir(), "root")
	for _, folder := range []string{"proc", "dev", "data", "etc/ssl/certs"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(root), 0o755); err != nil {
		t.Fatal(err)
	}
	binary := testkit.Binary(t)
	if file, err := elf.Open(binary); err != nil || file.Section(".interp") != nil {
		t.Skip("needs a static binary: CGO_ENABLED=0 go test")
	}
	if out, err := exec.Command("cp", binary, filepath.Join(root, "privet")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	p := testkit.Process(t)
	p.Stop(syscall.SIGTERM)
	// The codecs are compiled once a machine. (That the image's user compiles them is a test of hooks/preview.)
	if cache, err := os.UserCacheDir(); err == nil {
		_ = exec.Command("cp", "-r", filepath.Join(cache, "privet", "engine"), filepath.Join(p.Dir, "privet")).Run() // else they are compiled again
	}
	if out, err := exec.Command("chown", "-R", imageUser, p.Dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program := filepath.Join(t.TempDir(), "in-image")
	if err := os.WriteFile(program, fmt.Appendf(nil, inImage, root), 0o700); err != nil {
		t.Fatal(err)
	}
	p.Executable = program
	p.Start()
	if status := readFile(t, fmt.Sprintf("/proc/%d/status", p.PID())); !strings.Contains(status, "Uid:\t65532\t65532\t65532\t65532") {
		t.Errorf("it runs as\n%s", status)
	}
	client, performer := p.Client(), p.Performer()
	done := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).
		Multipart([]testkit.File{testkit.PhoneVideo(t)}, "status", "2").Do().Want(200).Map()
	preview := testkit.PathOf(done.String("data", "media", 0, "preview_url"))
	testkit.WantColours(t, p.AwaitPreview(preview).Body, 240, 320, "blue", "red")
	if !strings.Contains(p.Log.String(), ", with an existing data folder: /data (") {
		t.Errorf("the first line is\n%s", p.Log)
	}
	if code := p.Stop(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
