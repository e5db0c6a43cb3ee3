package storage_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// Media files are served with the headers, ranges and conditions that browsers and video players rely on.
func TestStorage(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	picture := testkit.PathOf(client.Data.String("data", "media", 0, "path_url"))
	clip := testkit.Clip(10_000)
	copy(clip.Content[5000:], "in the middle")
	done := s.Post(fmt.Sprintf("order/update/%d", s.Order(client, performer))).As(performer.Token).
		Multipart([]testkit.File{clip}, "status", "2").Do().Want(200).Map()
	movie, preview := testkit.PathOf(done.String("data", "media", 0, "path_url")), testkit.PathOf(done.String("data", "media", 0, "preview_url"))

	for _, file := range []struct {
		path, kind string
		content    []byte
	}{{picture, "image/png", testkit.PNG()}, {movie, "video/mp4", clip.Content}} {
		t.Run(file.kind, func(t *testing.T) {
			s := s.WithT(t)
			got := s.Get(file.path).Do().Want(200)
			head := s.Request("HEAD", file.path).Do().Want(200)
			if !bytes.Equal(got.Body, file.content) || len(head.Body) != 0 {
				t.Errorf("%s: %d and %d bytes", file.kind, len(got.Body), len(head.Body))
			}
			for _, header := range []http.Header{got.Header, head.Header} {
				for name, want := range map[string]string{
					"Content-Type": file.kind, "Content-Length": fmt.Sprint(len(file.content)), "Content-Disposition": "inline",
					"X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes", "Access-Control-Allow-Origin": "*",
					"Cache-Control": "public, max-age=86400, must-revalidate",
				} {
					if header.Get(name) != want {
						t.Errorf("%s: %s is %q, want %q", file.kind, name, header.Get(name), want)
					}
				}
			}
			tag := got.Header.Get("ETag")
			if !strings.HasPrefix(tag, `"`) || len(tag) < 10 || head.Header.Get("ETag") != tag {
				t.Errorf("%s: ETags %s and %s", file.kind, tag, head.Header.Get("ETag"))
			}
			if again := s.Get(file.path).Header("If-None-Match", tag).Do().Want(304); len(again.Body) != 0 {
				t.Errorf("304 with %d bytes", len(again.Body))
			}
			s.Get(file.path).Header("If-None-Match", `"another"`).Do().Want(200)
			s.Get(file.path).Header("If-Match", `"another"`).Do().Want(412)
			if got := s.Get(file.path + "?download=1").Do().Want(200).Header.Get("Content-Disposition"); got != "inline" {
				t.Errorf("?download=1: %s", got)
			}
		})
	}

	size := len(clip.Content)
	for requested, want := range map[string]string{
		"bytes=0-23":        "bytes 0-23/10000",
		"bytes=5000-5012":   "bytes 5000-5012/10000",
		"bytes=9990-":       "bytes 9990-9999/10000",
		"bytes=-10":         "bytes 9990-9999/10000",
		"bytes=9990-999999": "bytes 9990-9999/10000",

		"bytes=9990-18446744073709551615": "bytes 9990-9999/10000",
	} {
		t.Run(requested, func(t *testing.T) {
			part := s.WithT(t).Get(movie).Header("Range", requested).Do().Want(206)
			var from, to, of int
			if _, err := fmt.Sscanf(want, "bytes %d-%d/%d", &from, &to, &of); err != nil {
				t.Fatal(err)
			}
			if got := part.Header.Get("Content-Range"); got != want || !bytes.Equal(part.Body, clip.Content[from:to+1]) {
				t.Errorf("%s, %d bytes, want %s", got, len(part.Body), want)
			}
		})
	}
	for _, requested := range []string{fmt.Sprintf("bytes=%d-", size), "bytes=20000-30000", "bytes=20000000000000000000-", "bytes=-0", "bytes=7-3"} {
		t.Run(requested, func(t *testing.T) {
			got := s.WithT(t).Get(movie).Header("Range", requested).Do().Want(416).Header.Get("Content-Range")
			if strings.HasPrefix(requested, "bytes=2") && got != "bytes */10000" {
				t.Errorf("Content-Range %q", got)
			}
		})
	}
	s.Get(movie).Header("Range", "lines=1-2").Do().Want(200) // an unknown unit is ignored (RFC 9110)
	s.Get(movie).Header("Range", "bytes=0-9").Header("If-Range", `"another"`).Do().Want(200)

	placeholder := s.Get(preview).Do().Want(200)
	if _, err := png.Decode(bytes.NewReader(placeholder.Body)); err != nil || placeholder.Header.Get("Content-Type") != "image/png" || preview == movie {
		t.Errorf("the preview %s: %s, %v", preview, placeholder.Header.Get("Content-Type"), err)
	}

	// Files that don't exist, or no longer do.
	s.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200)
	for _, path := range []string{
		picture, "/storage/media/preview" + picture[strings.LastIndex(picture, "/"):], "/storage/media/nothing.png", "/storage/media/preview/nothing.mp4",
		movie + ".attrs", movie + "x", "/storage/media/%2e%2e%2fdata.db", "/storage/media/..%2f..%2fdata.db", "/storage/media/%00", "/storage/media/%ff",
		"/storage/media/preview/%2e%2e", "/storage/media/" + strings.Repeat("a", 10_000),
	} {
		t.Run(fmt.Sprintf("not found %.60q", path), func(t *testing.T) {
			answer := s.WithT(t).Get(path).Do().Want(404)
			answer.WantJSON(`{"status":"error","message":"Not found"}`)
			if cache := answer.Header.Get("Cache-Control"); cache != "no-cache, private" {
				t.Errorf("it may be cached: %s", cache)
			}
		})
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		t.Run(method, func(t *testing.T) {
			if allow := s.WithT(t).Request(method, movie).Do().Want(405).Header.Get("Allow"); allow != "GET, HEAD" {
				t.Errorf("Allow %q", allow)
			}
		})
	}
	s.WantCleanLog()
}

// A photo of which no JPEG can be made is shown as it is; a video keeps its placeholder, and is played as it is.
func TestWithoutJPEG(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	path := fmt.Sprintf("order/update/%d", s.Order(client, performer))
	photo, clip := testkit.HEIC(64, 64), testkit.Clip(10_000)
	done := s.Post(path).As(performer.Token).Multipart([]testkit.File{photo}, "status", "2").Do().Want(200).Map()
	shown := testkit.PathOf(done.String("data", "media", 0, "path_url"))
	done = s.Post(path).As(performer.Token).Multipart([]testkit.File{clip}).Do().Want(200).Map()
	preview := testkit.PathOf(done.String("data", "media", 1, "preview_url"))

	for _, path := range []string{shown, preview} { // they wait, as this server makes none
		if got := s.Get(path).Do().Want(200).Header; got.Get("Content-Type") != "image/png" || got.Get("Cache-Control") != "public, max-age=10" {
			t.Errorf("%s at first: %s, %s", path, got.Get("Content-Type"), got.Get("Cache-Control"))
		}
	}
	s.Exec(`UPDATE media SET still = 'failed' WHERE still = 'waiting'`)
	got := s.Get(shown).Header("If-None-Match", `"placeholder"`).Do().Want(200)
	if !bytes.Equal(got.Body, photo.Content) || got.Header.Get("Content-Type") != "image/heic" || !strings.Contains(got.Header.Get("Cache-Control"), "max-age=86400") {
		t.Errorf("the photo: %d bytes of %s, %s", len(got.Body), got.Header.Get("Content-Type"), got.Header.Get("Cache-Control"))
	}
	if got := s.Get(preview).Do().Want(200).Header.Get("Content-Type"); got != "image/png" {
		t.Errorf("the video's preview: %s", got)
	}
	s.WantCleanLog()
}
