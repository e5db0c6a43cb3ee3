//go:build unix

package render

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write writes a file into a folder of its own and returns its path.
func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

var everyType = []string{"video/mp4", "video/webm", "image/heic", "image/avif"}

// Files that are no media at all are refused, whatever their name and alleged type.
func TestNoMedia(t *testing.T) {
	e, _ := engine(t)
	random := make([]byte, 100_000)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(random)
	for name, content := range map[string][]byte{
		"empty.mp4":   nil,
		"random.mp4":  random,
		"page.mp4":    []byte("<!DOCTYPE html><html><body><video src='other.mp4'></video></body></html>"),
		"vector.svg":  []byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="file:///etc/passwd"/></svg>`),
		"boxes.mp4":   append(boxed("ftyp", []byte("isom\x00\x00\x00\x00")), boxed("moov", bytes.Repeat(boxed("trak"), 1000))...),
		"endless.mp4": append(boxed("ftyp", []byte("isom\x00\x00\x00\x00")), 0, 0, 0, 1, 'm', 'o', 'o', 'v', 255, 255, 255, 255, 255, 255, 255, 255),
	} {
		file := write(t, name, content)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, mime := range everyType {
				if hostile(t, e, file, mime) == nil {
					t.Errorf("%s became a picture as %s", name, mime)
				}
			}
		})
		if testing.Short() {
			break
		}
	}
	if err := e.Render(t.Context(), write(t, "a", nil), "text/html", nil); !errors.Is(err, ErrUnreadable) {
		t.Errorf("text/html: %v", err)
	}
	if err := e.Render(t.Context(), filepath.Join(t.TempDir(), "gone"), "video/mp4", nil); err == nil || errors.Is(err, ErrUnreadable) {
		t.Errorf("a file that isn't there: %v", err)
	}
}

// Playlists and scripts refer to other files, none of which is read. The playlist is valid: ffmpeg itself plays it.
func TestPlaylists(t *testing.T) {
	long(t)
	t.Parallel()
	folder := t.TempDir()
	secret := videoSample{"secret.ts", "video/mp4", "320x180", x264, 0, 0}.make(t)
	playlist := "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n" + secret + "\n#EXT-X-ENDLIST\n"
	concat := "ffconcat version 1.0\nfile '" + secret + "'\n"
	for name, content := range map[string]string{"list.m3u8": playlist, "list.mp4": playlist, "script.ffconcat": concat, "script.mkv": concat} {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			if name == "list.m3u8" {
				reference(t, "-i", file) // an unrestricted ffmpeg would read the other file
			}
			embedded, _ := engine(t)
			native, _ := measured(t, Config{CacheDir: embedded.config.CacheDir, FFmpeg: tool(t, "ffmpeg")})
			for _, e := range []*Engine{embedded, native} {
				for _, mime := range []string{"video/mp4", "video/webm"} {
					err := hostile(t, e, file, mime)
					if err == nil {
						t.Errorf("as %s it shows another file", mime)
					}
				}
			}
		})
	}
}

// Decoders that no phone needs never run, in whatever container.
func TestOtherCodecs(t *testing.T) {
	long(t)
	t.Parallel()
	embedded, _ := engine(t)
	native, _ := measured(t, Config{CacheDir: embedded.config.CacheDir, FFmpeg: tool(t, "ffmpeg")})
	for _, s := range []videoSample{
		{"magicyuv.mov", "video/quicktime", "320x180", []string{"-c:v", "magicyuv"}, 0, 0},
		{"magicyuv.mkv", "video/x-matroska", "320x180", []string{"-c:v", "magicyuv"}, 0, 0},
		{"png.mov", "video/quicktime", "320x180", []string{"-c:v", "png"}, 0, 0},
		{"ffv1.mkv", "video/x-matroska", "320x180", []string{"-c:v", "ffv1"}, 0, 0},
	} {
		t.Run(s.name, func(t *testing.T) {
			file := s.make(t)
			for _, e := range []*Engine{embedded, native} {
				if err := hostile(t, e, file, s.mime); err == nil {
					t.Error("it became a picture")
				}
			}
		})
	}
}

// Images and videos whose headers claim an immense size.
func TestBombs(t *testing.T) {
	long(t)
	t.Parallel()
	e, p := engine(t)
	folder := t.TempDir()
	motion := videoSample{"motion.mov", "video/quicktime", "320x240", []string{"-c:v", "mjpeg", "-pix_fmt", "yuvj420p"}, 0, 1}.make(t)
	frame, err := os.ReadFile(motion)
	if err != nil {
		t.Fatal(err)
	}
	bomb := bytes.ReplaceAll(frame, numbers(uint8(8), uint16(240), uint16(320)), numbers(uint8(8), uint16(20000), uint16(20000)))
	if bytes.Equal(bomb, frame) {
		t.Fatal("no size found in it")
	}
	if hostile(t, e, write(t, "bomb.mov", bomb), "video/quicktime") == nil {
		t.Error("20000x20000 became a picture")
	}
	// The container says 640x360, the stream far more.
	large := filepath.Join(folder, "large.mp4")
	ffmpeg(t, "-f", "lavfi", "-i", "color=s=8192x4096:d=1:r=2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", large)
	content, err := os.ReadFile(large)
	if err != nil {
		t.Fatal(err)
	}
	lying := bytes.Replace(content, numbers(uint16(8192), uint16(4096)), numbers(uint16(640), uint16(360)), 1)
	if bytes.Equal(lying, content) {
		t.Fatal("no size found in it")
	}
	if hostile(t, e, write(t, "lying.mp4", lying), "video/mp4") == nil {
		t.Error("8192x4096 became a picture")
	}
	for _, avif := range []bool{false, true} {
		mime := map[bool]string{false: "image/heic", true: "image/avif"}[avif]
		for _, claimed := range [][2]int{{20000, 20000}, {1 << 31, 1 << 31}, {0, 0}, {4000, 1}} {
			t.Run(fmt.Sprintf("%s of %dx%d", mime, claimed[0], claimed[1]), func(t *testing.T) {
				s := heifSample{avif: avif, width: 256, height: 256, columns: 2, rows: 2, source: movingPicture("256x256"), ispe: claimed}
				err := hostile(t, e, s.make(t), mime)
				if err == nil && claimed[0] > 10000 {
					t.Error("it became a picture")
				}
			})
		}
		s := heifSample{avif: avif, width: 256, height: 256, columns: 2, rows: 2, source: movingPicture("256x256")}
		content, err := os.ReadFile(s.make(t))
		if err != nil {
			t.Fatal(err)
		}
		grid := bytes.Replace(content, numbers(uint8(1), uint8(1), uint16(256), uint16(256)), numbers(uint8(1), uint8(1), uint16(60000), uint16(60000)), 1)
		if bytes.Equal(grid, content) {
			t.Fatal("no grid found in it")
		}
		if hostile(t, e, write(t, "grid", grid), mime) == nil {
			t.Errorf("a grid of 60000x60000 became a picture as %s", mime)
		}
	}
	t.Logf("at most %d KB", p.kilobytes)
}

// Good files, truncated and with bytes changed at random, by a fixed seed.
func TestBroken(t *testing.T) {
	long(t)
	t.Parallel()
	e, p := engine(t)
	files := map[string]string{
		videoSample{"a.mp4", "", "320x180", x264, 0, 0}.make(t):                                                        "video/mp4",
		videoSample{"a.mov", "", "320x180", x265, 0, 0}.make(t):                                                        "video/quicktime",
		videoSample{"a.webm", "", "320x180", vp9, 0, 0}.make(t):                                                        "video/webm",
		heifSample{width: 512, height: 512, columns: 2, rows: 2, source: movingPicture("256x256")}.make(t):             "image/heic",
		heifSample{width: 512, height: 512, columns: 2, rows: 2, source: movingPicture("256x256"), avif: true}.make(t): "image/avif",
	}
	const rounds = 5
	pictures := 0
	for file, mime := range files {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		dice := rand.New(rand.NewPCG(7, uint64(len(mime))))
		for round := range rounds {
			broken := bytes.Clone(whole)
			if round%3 == 0 {
				broken = broken[:dice.IntN(len(broken))]
			} else {
				// Headers are at the ends of a file; the more changes, the further in they reach.
				for range 1 << (2 * round) {
					at := dice.IntN(min(len(broken), 3000))
					if dice.IntN(2) == 0 {
						at = len(broken) - 1 - at
					}
					broken[at] ^= 1 << dice.IntN(8)
				}
			}
			name := fmt.Sprintf("broken-%d%s", round, filepath.Ext(file))
			t.Run(name, func(t *testing.T) {
				if hostile(t, e, write(t, name, broken), mime) == nil {
					pictures++
				}
			})
		}
		for _, other := range everyType { // a good file with the wrong type
			if !strings.HasPrefix(mime, strings.SplitN(other, "/", 2)[0]) {
				hostile(t, e, file, other)
			}
		}
	}
	t.Logf("%d of %d broken files became pictures all the same; at most %d KB", pictures, rounds*len(files), p.kilobytes)
}
