package metadata_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// sample is a kind of file and how to make one.
type sample struct {
	name, mime string
	make       func(t testing.TB, path string)
	video      bool
}

// writtenSamples are those that a test of this process has made, by name.
var writtenSamples sync.Map

// writtenSample is a sample's content once it is made.
type writtenSample struct {
	sync.Mutex
	content []byte
}

// write writes the sample to a file with the extension of its name. It is made once for all tests.
func (s sample) write(t testing.TB, path string) {
	t.Helper()
	entry, _ := writtenSamples.LoadOrStore(s.name, &writtenSample{})
	w := entry.(*writtenSample)
	w.Lock()
	defer w.Unlock()
	if w.content == nil {
		s.make(t, path)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		w.content = content
		return
	}
	if err := os.WriteFile(path, w.content, 0o600); err != nil {
		t.Fatal(err)
	}
}

const (
	picture = "testsrc=size=160x96:rate=10"
	tone    = "sine=frequency=440:sample_rate=44100"
)

// still makes an image by ffmpeg.
func still(args ...string) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		ffmpeg(t, append(append([]string{"-f", "lavfi", "-i", picture, "-frames:v", "1"}, args...), path)...)
	}
}

// moving makes two seconds of video without sound, by ffmpeg.
func moving(args ...string) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		ffmpeg(t, append(append([]string{"-f", "lavfi", "-i", picture, "-t", "2"}, args...), path)...)
	}
}

// film makes two seconds of video with sound, and with all tags that ffmpeg can write.
func film(args ...string) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		args := append([]string{"-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, "-t", "2",
			"-metadata", "title=" + marker, "-metadata", "comment=" + marker, "-metadata", "artist=" + marker,
			"-metadata", "location=+48.1+011.5/", "-metadata", "creation_time=2011-12-13T14:15:16Z",
			"-metadata:s:v", "title=" + marker, "-metadata:s:v", "handler_name=" + marker,
			"-metadata:s:a", "title=" + marker, "-metadata:s:a", "handler_name=" + marker}, args...)
		ffmpeg(t, append(args, path)...)
	}
}

// converted makes an image by ImageMagick, from one by ffmpeg.
func converted(args ...string) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		source := filepath.Join(t.TempDir(), "source.png")
		still()(t, source)
		run(t, "convert", append(append([]string{source}, args...), path)...)
	}
}

// heif makes a HEIC or AVIF image by libheif.
func heif(args ...string) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		source := filepath.Join(t.TempDir(), "source.jpg")
		still()(t, source)
		run(t, "exiftool", "-q", "-overwrite_original", "-Make="+marker, "-GPSLatitude=48.1", "-Orientation#=6", "-XMP-dc:Title="+marker, source)
		run(t, "heif-enc", append(append([]string{"-o", path}, args...), source)...)
	}
}

var samples = []sample{
	{name: "plain.jpg", mime: "image/jpeg", make: still("-pix_fmt", "yuvj420p")},
	{name: "progressive.jpg", mime: "image/jpeg", make: converted("-interlace", "JPEG", "-comment", marker)},
	{name: "grey.jpg", mime: "image/jpeg", make: converted("-colorspace", "gray")},
	{name: "cmyk.jpg", mime: "image/jpeg", make: converted("-colorspace", "CMYK")},
	{name: "plain.png", mime: "image/png", make: still()},
	{name: "palette.png", mime: "image/png", make: converted("-colors", "16", "-transparent", "black", "-set", "comment", marker)},
	{name: "moving.png", mime: "image/apng", make: moving("-f", "apng", "-plays", "0")},
	{name: "moving.gif", mime: "image/gif", make: moving()},
	{name: "still.gif", mime: "image/gif", make: converted("-comment", marker)},
	{name: "plain.webp", mime: "image/webp", make: still("-c:v", "libwebp")},
	{name: "lossless.webp", mime: "image/webp", make: converted("-define", "webp:lossless=true")},
	{name: "moving.webp", mime: "image/webp", make: moving("-c:v", "libwebp_anim", "-loop", "0")},
	{name: "plain.heic", mime: "image/heic", make: heif("-q", "60")},
	{name: "thumbnail.heic", mime: "image/heic", make: heif("-t", "64")},
	{name: "plain.avif", mime: "image/avif", make: heif("-A")},
	{name: "moving.avif", mime: "image/avif", make: moving("-c:v", "libaom-av1", "-cpu-used", "8", "-pix_fmt", "yuv420p", "-t", "0.5", "-f", "avif")},
	{name: "h264.mp4", mime: "video/mp4", video: true, make: film("-c:v", "libx264", "-c:a", "aac")},
	{name: "fast.mp4", mime: "video/mp4", video: true, make: film("-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart+use_metadata_tags")},
	{name: "hevc.mp4", mime: "video/mp4", video: true, make: film("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-c:a", "aac")},
	{name: "flac.mp4", mime: "video/mp4", video: true, make: film("-c:v", "mpeg4", "-c:a", "flac", "-strict", "-2")},
	{name: "fragments.mp4", mime: "video/mp4", video: true, make: film("-c:v", "libx264", "-g", "5", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov")},
	{name: "dash.mp4", mime: "video/mp4", video: true, make: film("-c:v", "libx264", "-g", "5", "-c:a", "aac", "-movflags", "frag_keyframe+default_base_moof+global_sidx")},
	{name: "plain.m4v", mime: "video/x-m4v", video: true, make: film("-c:v", "libx264", "-c:a", "aac")},
	{name: "h264.mov", mime: "video/quicktime", video: true, make: film("-c:v", "libx264", "-c:a", "aac", "-timecode", "10:00:00:00")},
	{name: "pcm.mov", mime: "video/quicktime", video: true, make: film("-c:v", "mpeg4", "-c:a", "pcm_s16le")},
	{name: "prores.mov", mime: "video/quicktime", video: true, make: film("-c:v", "prores_ks", "-c:a", "alac")},
	{name: "plain.3gp", mime: "video/3gpp", video: true, make: film("-c:v", "h263", "-s", "176x144", "-c:a", "aac")},
	{name: "plain.3g2", mime: "video/3gpp2", video: true, make: film("-c:v", "mpeg4", "-c:a", "aac")},
	{name: "vp9.webm", mime: "video/webm", video: true, make: film("-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus")},
	{name: "vorbis.webm", mime: "video/webm", video: true, make: film("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis")},
	{name: "live.webm", mime: "video/webm", video: true, make: live("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-f", "webm")},
	{name: "h264.mkv", mime: "video/matroska", video: true, make: film("-c:v", "libx264", "-c:a", "flac")},
	{name: "texts.mkv", mime: "video/matroska", video: true, make: withTexts("-c:v", "libx264", "-c:a", "aac", "-c:s", "srt")},
	{name: "texts.mp4", mime: "video/mp4", video: true, make: withTexts("-c:v", "libx264", "-c:a", "aac", "-c:s", "mov_text")},
	{name: "textfragments.mp4", mime: "video/mp4", video: true, make: withTexts("-c:v", "libx264", "-g", "5", "-c:a", "aac", "-c:s", "mov_text", "-movflags", "frag_keyframe+empty_moov")},
}

// live makes a stream of unknown length, as a browser's recorder does.
func live(args ...string) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		piped := filepath.Join(filepath.Dir(path), "pipe")
		film(append(args, "-live", "1")...)(t, piped)
		if err := os.Rename(piped, path); err != nil {
			t.Fatal(err)
		}
	}
}

// withTexts makes a film with chapters and a subtitle track, in which a drone writes its positions.
func withTexts(args ...string) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		folder := t.TempDir()
		texts, chapters := filepath.Join(folder, "t.srt"), filepath.Join(folder, "c.txt")
		var lines strings.Builder
		for _, line := range []string{"1\n00:00:00,000 --> 00:00:00,500\n", "2\n00:00:00,500 --> 00:00:01,000\n", "3\n00:00:01,000 --> 00:00:01,900\n"} {
			lines.WriteString(line + "GPS(48.1,11.5) " + marker + "\n\n")
		}
		os.WriteFile(texts, []byte(lines.String()), 0o600)
		os.WriteFile(chapters, []byte(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle="+marker+"\n"), 0o600)
		args := append([]string{"-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, "-i", texts, "-i", chapters,
			"-map", "0", "-map", "1", "-map", "2", "-map_metadata", "3", "-t", "2"}, args...)
		ffmpeg(t, append(args, path)...)
	}
}
