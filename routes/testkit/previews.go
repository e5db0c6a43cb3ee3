package testkit

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// PathOf cuts the scheme and the host off a URL.
func PathOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	return rest[strings.Index(rest, "/"):]
}

// AwaitPreview requests a preview until the answer is the JPEG instead of the placeholder.
func (s *Server) AwaitPreview(path string) *Answer {
	s.t.Helper()
	for range 600 {
		answer := s.Get(path).Do().Want(http.StatusOK)
		if answer.Header.Get("Content-Type") == "image/jpeg" {
			return answer
		}
		if cache := answer.Header.Get("Cache-Control"); answer.Header.Get("Content-Type") != "image/png" || cache != "public, max-age=10" {
			s.t.Fatalf("%s: %s, %s", path, answer.Header.Get("Content-Type"), cache)
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Fatalf("no preview at %s", path)
	return nil
}

// WaitingUploads lists the files that wait in the server's storage for their upload to end.
func (p *Running) WaitingUploads() []string {
	p.t.Helper()
	found, err := filepath.Glob(filepath.Join(p.Dir, "storage", "uploads", "*"))
	if err != nil {
		p.t.Fatal(err)
	}
	return found
}

// WantColours fails the test unless a JPEG has the given size and its first and last pixels the given colours, "red"
// or "blue".
func WantColours(t testing.TB, content []byte, width, height int, first, last string) {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	b := picture.Bounds()
	name := func(at image.Point) string {
		red, _, blue, _ := picture.At(at.X, at.Y).RGBA()
		if red > 2*blue {
			return "red"
		}
		return "blue"
	}
	if b.Dx() != width || b.Dy() != height || name(b.Min) != first || name(b.Max.Sub(image.Pt(1, 1))) != last {
		t.Errorf("%v from %s to %s", b, name(b.Min), name(b.Max.Sub(image.Pt(1, 1))))
	}
}
