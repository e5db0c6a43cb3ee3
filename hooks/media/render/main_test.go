//go:build unix

package render

import (
	"bytes"
	"errors"
	"flag"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/media/render/process"
	"github.com/privet/privet/routes/testkit/shared"
)

func TestMain(m *testing.M) { shared.Main(m) }

// peaks records the largest resident set of all children that made previews.
type peaks struct {
	sync.Mutex
	kilobytes int64
	most      int64 // that are allowed
}

// mostMemory is what a child may use, in KB, including the pages of the program itself that it shares with the server.
const mostMemory = 300_000

// engine returns an Engine that uses the cache shared by all tests on this machine, which is complete, and checks every child's
// memory.
func engine(t *testing.T) (*Engine, *peaks) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	e, p := measured(t, Config{CacheDir: filepath.Join(cache, "privet-preview-test")})
	if err := e.Warm(t.Context()); err != nil { // so that no test that limits the time measures a compilation
		t.Fatal(err)
	}
	return e, p
}

// measured returns an Engine that checks the memory of every child.
func measured(t *testing.T, c Config) (*Engine, *peaks) {
	t.Helper()
	var err error
	if c.Executable, err = shared.Binary(); err != nil {
		t.Fatal(err)
	}
	e, p := New(c), &peaks{most: mostMemory}
	e.memory = 0 // as on a small machine
	e.onExit = func(what process.Job, state *os.ProcessState) {
		if what == process.JobWarm {
			return
		}
		p.Lock()
		defer p.Unlock()
		used := state.SysUsage().(*syscall.Rusage).Maxrss
		p.kilobytes = max(p.kilobytes, used)
		if used > p.most {
			t.Errorf("a child took %d KB", used)
		}
	}
	return e, p
}

// roomy returns an Engine as it is on a machine of 4 GB.
func roomy(t *testing.T) (*Engine, *peaks) {
	t.Helper()
	e, p := engine(t)
	e.memory, p.most = 448, 650_000
	e.config.Timeout = time.Minute // for a busy machine: these take some 5 s of CPU time
	return e, p
}

// long skips a test with -short.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long")
	}
}

// large is whether the largest pictures and videos are decoded, which takes minutes.
var large = flag.Bool("large", false, "decode all of the largest pictures and videos, not one of each test, and compile the codecs anew")

// oneOrAll returns all samples of a test with -large, else the first.
func oneOrAll[S any](samples []S) []S {
	if *large {
		return samples
	}
	return samples[:1]
}

// tool returns the path of a program, and skips the test on a machine without it.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s isn't there, which makes or checks the samples of this test", name)
	}
	return path
}

// run runs a tool and returns what it prints.
func run(t *testing.T, name string, arguments ...string) []byte {
	t.Helper()
	var out, said bytes.Buffer
	command := exec.CommandContext(t.Context(), tool(t, name), arguments...)
	command.Stdout, command.Stderr = &out, &said
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, said.Bytes())
	}
	return out.Bytes()
}

// ffmpeg runs the machine's own ffmpeg.
func ffmpeg(t *testing.T, arguments ...string) []byte {
	t.Helper()
	return run(t, "ffmpeg", append([]string{"-nostdin", "-v", "error", "-y"}, arguments...)...)
}

// picture renders a preview and returns it.
func picture(t *testing.T, e *Engine, source, mime string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := e.Render(t.Context(), source, mime, &out); err != nil {
		t.Fatalf("%s: %v", filepath.Base(source), err)
	}
	if config, err := jpeg.DecodeConfig(bytes.NewReader(out.Bytes())); err != nil || config.Width < 1 {
		t.Fatalf("%s: the picture is no JPEG: %v", filepath.Base(source), err)
	}
	return out.Bytes()
}

// hostile accepts a refusal or a valid preview within reasonable time, and nothing else; it returns the refusal.
func hostile(t *testing.T, e *Engine, source, mime string) error {
	t.Helper()
	var out bytes.Buffer
	start := time.Now()
	err := e.Render(t.Context(), source, mime, &out)
	if err != nil && !errors.Is(err, ErrUnreadable) {
		t.Errorf("%s as %s: %v", filepath.Base(source), mime, err)
	}
	if err == nil {
		if _, err := jpeg.Decode(&out); err != nil {
			t.Errorf("%s as %s: the picture is no JPEG: %v", filepath.Base(source), mime, err)
		}
	}
	if took := time.Since(start); took > 45*time.Second {
		t.Errorf("%s as %s took %v", filepath.Base(source), mime, took)
	}
	return err
}

// side is the width and height that pictures are reduced to before they are compared.
const side = 48

// small returns the picture as side x side RGB, whatever its shape, scaled by the machine's own ffmpeg.
func small(t *testing.T, jpg []byte) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "picture.jpg")
	if err := os.WriteFile(file, jpg, 0o600); err != nil {
		t.Fatal(err)
	}
	return reference(t, "-i", file)
}

// reference does the same for the input that ffmpeg's arguments name.
func reference(t *testing.T, input ...string) []byte {
	t.Helper()
	out := ffmpeg(t, append(input, "-frames:v", "1", "-vf", "scale=48:48:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-")...)
	if len(out) != side*side*3 {
		t.Fatalf("%d bytes of a reference", len(out))
	}
	return out
}

// most is the mean difference per colour value between two encodings of the same picture.
const most = 9

// same compares two small pictures, and makes sure that a rotated or mirrored one would be found different.
func same(t *testing.T, got, want []byte) {
	t.Helper()
	if d := difference(got, want, func(x, y int) (int, int) { return x, y }); d > most {
		t.Errorf("the picture differs by %.1f", d)
	}
	for name, turned := range map[string]func(x, y int) (int, int){
		"a quarter":               func(x, y int) (int, int) { return y, side - 1 - x },
		"half":                    func(x, y int) (int, int) { return side - 1 - x, side - 1 - y },
		"a quarter anticlockwise": func(x, y int) (int, int) { return side - 1 - y, x },
		"left right":              func(x, y int) (int, int) { return side - 1 - x, y },
		"top bottom":              func(x, y int) (int, int) { return x, side - 1 - y },
	} {
		if d := difference(want, want, turned); d < 2*most {
			t.Errorf("the sample is too even: turned by %s it differs by %.1f", name, d)
		}
	}
}

// difference returns the mean difference per colour value; place maps the pixels of a to those of b.
func difference(a, b []byte, place func(x, y int) (int, int)) float64 {
	sum := 0
	for y := range side {
		for x := range side {
			u, v := place(x, y)
			for c := range 3 {
				d := int(a[(y*side+x)*3+c]) - int(b[(v*side+u)*3+c])
				sum += max(d, -d)
			}
		}
	}
	return float64(sum) / (side * side * 3)
}
