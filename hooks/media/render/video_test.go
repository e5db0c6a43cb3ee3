//go:build unix

package render

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// videoSample is a video of a moving, uneven picture: two seconds, with a key frame each second.
type videoSample struct {
	name, mime string
	size       string   // WxH
	encoder    []string // ffmpeg's arguments
	rotate     int      // display matrix, degrees
	frames     int      // 0 for all
}

var (
	x264 = []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"}
	x265 = []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1", "-pix_fmt", "yuv420p"}
	hdr  = []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1", "-pix_fmt", "yuv420p10le", "-colorspace", "bt2020nc", "-color_trc", "arib-std-b67", "-color_primaries", "bt2020"}
	vp8  = []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M"}
	vp9  = []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M"}
	av1  = []string{"-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p"}
)

// movingPicture returns a lavfi graph: a test pattern of large blocks, dark at the left and light at the bottom, so that
// no rotation of it looks similar.
func movingPicture(size string) string {
	return "testsrc2=s=160x90:r=15:d=2,drawbox=w=30:color=black:t=fill,drawbox=y=68:h=22:color=white:t=fill,scale=" + strings.Replace(size, "x", ":", 1) + ",setsar=1"
}

// make makes the video by the machine's own ffmpeg and returns its path.
func (s videoSample) make(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, s.name)
	arguments := []string{"-f", "lavfi", "-i", movingPicture(s.size), "-f", "lavfi", "-i", "sine=d=2"}
	arguments = append(append(arguments, s.encoder...), "-g", "15")
	if s.frames > 0 {
		arguments = append(arguments, "-frames:v", fmt.Sprint(s.frames), "-an")
	}
	if s.rotate == 0 {
		ffmpeg(t, append(arguments, file)...)
		return file
	}
	straight := filepath.Join(folder, "straight-"+s.name)
	ffmpeg(t, append(arguments, straight)...)
	ffmpeg(t, "-i", straight, "-c", "copy", "-metadata:s:v:0", fmt.Sprintf("rotate=%d", s.rotate), file)
	return file
}

// matrix returns one sample for each combination of codec, container and rotation that phones record.
func matrix() []videoSample {
	all := []videoSample{
		{"h264.mp4", "video/mp4", "640x360", x264, 0, 0},
		{"hevc.mp4", "video/mp4", "640x360", x265, 0, 0},
		{"hevc10.mov", "video/quicktime", "640x360", hdr, 0, 0},
		{"vp8.webm", "video/webm", "640x360", vp8, 0, 0},
		{"vp9.webm", "video/webm", "640x360", vp9, 0, 0},
		{"vp9.mp4", "video/mp4", "320x240", vp9, 0, 0},
		{"av1.mp4", "video/mp4", "640x360", av1, 0, 0},
		{"av1.webm", "video/webm", "640x360", av1, 0, 0},
		{"av1.mkv", "video/x-matroska", "640x360", av1, 0, 0},
		{"h264.mkv", "video/x-matroska", "640x360", x264, 0, 0},
		{"h263.3gp", "video/3gpp", "176x144", []string{"-c:v", "h263", "-ar", "8000", "-an"}, 0, 0},
		{"mpeg4.3gp", "video/3gpp", "176x144", []string{"-c:v", "mpeg4", "-an"}, 0, 0},
		{"mjpeg.mov", "video/quicktime", "320x240", []string{"-c:v", "mjpeg", "-pix_fmt", "yuvj420p"}, 0, 0},
		{"prores.mov", "video/quicktime", "640x360", []string{"-c:v", "prores_ks", "-profile:v", "3"}, 0, 0},
		{"prores4444.mov", "video/quicktime", "640x360", []string{"-c:v", "prores_ks", "-profile:v", "4", "-pix_fmt", "yuv444p10le"}, 0, 0},
		{"mpeg2.mov", "video/quicktime", "640x360", []string{"-c:v", "mpeg2video", "-r", "30"}, 0, 0},
		{"dv.mov", "video/quicktime", "720x576", []string{"-c:v", "dvvideo", "-pix_fmt", "yuv420p", "-r", "25"}, 0, 0},
		{"portrait.mp4", "video/mp4", "720x1280", x264, 0, 0},
		{"odd.webm", "video/webm", "321x241", vp9, 0, 0},
		{"odd.mp4", "video/mp4", "501x333", []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p"}, 0, 0},
		{"one.mp4", "video/mp4", "640x360", x264, 0, 1},
		{"one.webm", "video/webm", "640x360", vp8, 0, 1},
		{"short.mp4", "video/mp4", "640x360", x265, 0, 8},
		{"short.mkv", "video/x-matroska", "640x360", x264, 0, 8},
	}
	for _, degrees := range []int{90, 180, 270} {
		all = append(all,
			videoSample{fmt.Sprintf("h264-%d.mp4", degrees), "video/mp4", "640x360", x264, degrees, 0},
			videoSample{fmt.Sprintf("hevc-%d.mov", degrees), "video/quicktime", "640x360", x265, degrees, 0},
			videoSample{fmt.Sprintf("hevc10-%d.mp4", degrees), "video/mp4", "640x360", hdr, degrees, 0},
		)
	}
	return all
}

func TestVideos(t *testing.T) {
	e, p := engine(t)
	samples := matrix()
	if testing.Short() {
		samples = samples[:1]
	}
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			file := s.make(t)
			got := picture(t, e, file, s.mime)
			second := "1"
			if s.frames > 0 {
				second = "0"
			}
			// In Matroska the sound begins a little late, and the key frame at one second with it.
			input := []string{"-ss", second, "-i", file}
			if demuxers[s.mime] == "matroska" {
				input = append([]string{"-noaccurate_seek"}, append(input, "-vsync", "passthrough")...)
			}
			want := reference(t, input...)
			same(t, small(t, got), want)
			if s.rotate == 90 || s.frames > 0 || s.name == "vp9.webm" {
				natives, _ := measured(t, Config{CacheDir: e.config.CacheDir, FFmpeg: tool(t, "ffmpeg")})
				same(t, small(t, picture(t, natives, file, s.mime)), want)
			}
			config, _ := jpeg.DecodeConfig(bytes.NewReader(got))
			var width, height int
			if _, err := fmt.Sscanf(s.size, "%dx%d", &width, &height); err != nil {
				t.Fatal(err)
			}
			if s.rotate%180 != 0 {
				width, height = height, width
			}
			if long := max(config.Width, config.Height); long > longestSide || long < min(longestSide, max(width, height)) {
				t.Errorf("%dx%d became %dx%d", width, height, config.Width, config.Height)
			}
			if (config.Width > config.Height) != (width > height) && strings.Contains(s.name, "-") {
				t.Errorf("%dx%d became %dx%d", width, height, config.Width, config.Height)
			}
		})
	}
	t.Cleanup(func() { t.Logf("at most %d KB", p.kilobytes) })
}

// longestSide is the longer side that the package promises for a video's preview, in pixels.
const longestSide = 640

func TestTiny(t *testing.T) {
	long(t)
	t.Parallel()
	e, _ := engine(t)
	for _, s := range []videoSample{{"tiny.mp4", "video/mp4", "16x16", x264, 0, 0}, {"tiny.webm", "video/webm", "2x2", vp8, 0, 0}} {
		t.Run(s.name, func(t *testing.T) {
			config, err := jpeg.DecodeConfig(bytes.NewReader(picture(t, e, s.make(t), s.mime)))
			if err != nil || fmt.Sprintf("%dx%d", config.Width, config.Height) != s.size {
				t.Errorf("%s became %dx%d, %v", s.size, config.Width, config.Height, err)
			}
		})
	}
}

func TestLargest(t *testing.T) {
	long(t)
	t.Parallel()
	e, p := engine(t)
	for _, s := range oneOrAll([]videoSample{
		{"4k.mp4", "video/mp4", "3840x2160", x264, 0, 20},
		{"4k10.mov", "video/quicktime", "3840x2160", hdr, 0, 20},
		{"most.mp4", "video/mp4", "2400x3840", x264, 0, 1},
		{"4k.webm", "video/webm", "3840x2160", vp9, 0, 2},
	}) {
		t.Run(s.name, func(t *testing.T) {
			picture(t, e, s.make(t), s.mime)
			t.Logf("at most %d KB", p.kilobytes)
		})
	}
	for _, s := range []videoSample{
		{"more.mp4", "video/mp4", "3842x2400", x264, 0, 1},
		{"more.mkv", "video/x-matroska", "4096x2560", x264, 0, 1},
		{"more.webm", "video/webm", "4096x2560", vp8, 0, 1},
	} {
		t.Run(s.name, func(t *testing.T) {
			if hostile(t, e, s.make(t), s.mime) == nil {
				t.Errorf("%s became a picture", s.size)
			}
		})
	}
	t.Logf("at most %d KB", p.kilobytes)
	larger, p := roomy(t)
	for _, s := range oneOrAll([]videoSample{
		{"8k.mp4", "video/mp4", "7680x4320", x264, 0, 4},
		{"8k10.mov", "video/quicktime", "7680x4320", hdr, 0, 4},
	}) {
		t.Run(s.name, func(t *testing.T) {
			file := s.make(t)
			picture(t, larger, file, s.mime)
			if hostile(t, e, file, s.mime) == nil {
				t.Error("a small machine decodes it, too")
			}
			t.Logf("at most %d KB", p.kilobytes)
		})
	}
}

// AV1 in Dolby Vision has a name of its own in MP4.
func TestDolbyVisionAV1(t *testing.T) {
	long(t)
	t.Parallel()
	e, _ := engine(t)
	file := videoSample{"av1.mp4", "video/mp4", "640x360", av1, 0, 2}.make(t)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(content, []byte("av01\x00\x00\x00\x00"))
	copy(content[at:], "dav1")
	same(t, small(t, picture(t, e, write(t, "dav1.mp4", content), "video/mp4")), reference(t, "-i", file))
}

// A file of 600 MB is read only where the frame is, not as a whole.
func TestHuge(t *testing.T) {
	long(t)
	t.Parallel()
	e, p := engine(t)
	file := videoSample{"huge.mp4", "video/mp4", "640x360", x264, 0, 0}.make(t)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The moov box follows the media data, so a sparse box of 600 MB before it moves nothing that it points to.
	at := bytes.Index(content, []byte("moov")) - 4
	const hole = 600 << 20
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, part := range []struct {
		at      int64
		content []byte
	}{{0, content[:at]}, {int64(at), numbers(uint32(hole), []byte("free"))}, {int64(at) + hole, content[at:]}} {
		if _, err := f.WriteAt(part.content, part.at); err != nil {
			t.Fatal(err)
		}
	}
	picture(t, e, file, "video/mp4")
	t.Logf("at most %d KB", p.kilobytes)
}
