//go:build unix

package preview_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// A program that is no ffmpeg stops the start by one line. One that breaks later is the set-up's fault: the video that it fails on
// waits, and no try of it is counted.
func TestBrokenFFmpeg(t *testing.T) {
	if testing.Short() {
		t.Skip("runs ffmpeg")
	}
	testkit.RequireTools(t, "ffmpeg", "exiftool")
	for _, program := range []string{"/bin/true", "/bin/false", "/bin/echo"} {
		var told bytes.Buffer
		command := exec.CommandContext(t.Context(), testkit.Binary(t), "serve", "--http=127.0.0.1:0", "--dir="+filepath.Join(t.TempDir(), "data"))
		command.Env, command.Stderr = append(os.Environ(), "PRIVET_FFMPEG="+program), &told
		if err := command.Run(); err == nil || strings.Count(told.String(), "\n") != 1 || !strings.Contains(told.String(), "PRIVET_FFMPEG") {
			t.Errorf("%s: %v\n%s", program, err, told.String())
		}
	}

	real, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "ffmpeg")
	script := func(text string) {
		t.Helper()
		if err := os.WriteFile(program, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script(`exec ` + real + ` "$@"`)
	p := testkit.Process(t, "PRIVET_FFMPEG="+program)
	dashboard := p.Dashboard()
	client, performer := p.Client(), p.Performer()
	script(`exit 1`) // as if no file could be read
	done := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).
		Multipart([]testkit.File{testkit.PhoneVideo(t)}, "status", "2").Do().Want(200).Map()
	p.WantLog("no preview can be rendered")
	video := dashboard.Path("media", done.Int("data", "media", 0, "id"))
	if state := dashboard.Request(http.MethodGet, video).Do().Want(200).Map(); state.String("still") != "waiting" || state.Int("still_tries") != 0 {
		t.Errorf("the video is %v", state)
	}
	p.Get("/api/health").Do().Want(200) // all else works
	script(`exec ` + real + ` "$@"`)
	p.Stop(15) // the next start looks at once
	p.Start()
	testkit.WantColours(t, p.AwaitPreview(testkit.PathOf(done.String("data", "media", 0, "preview_url"))).Body, 240, 320, "blue", "red")
}
