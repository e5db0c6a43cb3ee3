package wire

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

func TestAcceptsGzip(t *testing.T) {
	for value, want := range map[string]bool{
		"":                              false,
		"gzip":                          true,
		"GZIP, deflate, br":             true,
		"x-gzip":                        true,
		"br;q=1.0, gzip;q=0.8, *;q=0.1": true,
		"gzip ; q=0.001":                true,
		"gzip;q=0":                      false,
		"gzip;Q=0.000":                  false,
		"gzip;q=0, *":                   false,
		"*":                             true,
		"*;q=0":                         false,
		"*;q=0, gzip":                   true,
		"identity":                      false,
		"identity, gzip":                true,
		"identity, gzip;q=0.5":          false,
		"identity;q=0.5, gzip;q=0.8":    true,
		"identity;q=0, *":               true,
		"gzipped":                       false,
		"deflate, br":                   false,
		"gzip;q=x":                      false,
		"gzip;q=-1, br":                 false,
		"\xff;;q, ,gzip":                true,
		"gzip;level=9":                  false,
	} {
		t.Run(value, func(t *testing.T) {
			if got := AcceptsGzip(http.Header{"Accept-Encoding": {value}}); got != want {
				t.Errorf("%v", got)
			}
		})
	}
	if !AcceptsGzip(http.Header{"Accept-Encoding": {"br", "gzip;q=0.5"}}) || AcceptsGzip(http.Header{}) {
		t.Error("lines of the header are one list")
	}
}

// serve answers each request below /api/v1/ with a body, as the API does, and returns the server's address.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(Handler(answer, "/api/v1/"))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// exchange sends a request and returns the header's lines and the body as they came over the connection.
func exchange(t *testing.T, address, method, path, accept string) (lines []string, body []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: %s\r\n\r\n", method, path, accept); err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(bufio.NewReader(conn))
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	return strings.Split(string(head), "\r\n"), body
}

func has(lines []string, line string) bool {
	for _, l := range lines {
		if l == line {
			return true
		}
	}
	return false
}

func writeJSON(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(body)
}

func TestCompression(t *testing.T) {
	long, short := bytes.Repeat([]byte(`{"a":1}`), 1000), bytes.Repeat([]byte("1"), minSize-1)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/secret":
			Uncompressed(w)
			writeJSON(w, long)
		case "/api/v1/short":
			writeJSON(w, short)
		case "/api/v1/pieces":
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", strconv.Itoa(2*len(long)))
			_, _ = w.Write(long)
			_, _ = w.Write(long)
		case "/api/v1/nobody":
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "5000")
			w.WriteHeader(http.StatusOK) // as for HEAD
		default:
			writeJSON(w, long)
		}
	})
	for _, c := range []struct {
		method, path, accept string
		compressed, vary     bool
		want                 []byte
	}{
		{"GET", "/api/v1/long", "gzip", true, true, long},
		{"POST", "/api/v1/long", "br, *", true, true, long},
		{"HEAD", "/api/v1/long", "gzip", true, true, nil},
		{"GET", "/api/v1/long", "gzip;q=0", false, true, long},
		{"GET", "/api/v1/long", "", false, true, long},
		{"GET", "/api/v1/short", "gzip", false, true, short},
		{"GET", "/api/v1/secret", "gzip", false, true, long},
		{"GET", "/api/v1/pieces", "gzip", false, true, append(bytes.Clone(long), long...)},
		{"HEAD", "/api/v1/nobody", "gzip", false, true, nil},
		{"GET", "/api/collections/x", "gzip", false, false, long},
	} {
		t.Run(c.method+" "+c.path+" "+c.accept, func(t *testing.T) {
			lines, body := exchange(t, address, c.method, c.path, c.accept)
			if got := has(lines, "Content-Encoding: gzip"); got != c.compressed {
				t.Errorf("compressed: %v", got)
			}
			if got := has(lines, "Vary: Accept-Encoding"); got != c.vary {
				t.Errorf("Vary: %v", got)
			}
			if c.method == "HEAD" {
				if c.path == "/api/v1/long" {
					_, whole := exchange(t, address, "GET", c.path, c.accept)
					body = whole
				} else {
					return
				}
			}
			if !has(lines, fmt.Sprint("Content-Length: ", len(body))) {
				t.Errorf("%d bytes after %v", len(body), lines)
			}
			if c.compressed {
				r, err := gzip.NewReader(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if body, err = io.ReadAll(r); err != nil {
					t.Fatal(err)
				}
			}
			if c.want != nil && !bytes.Equal(body, c.want) {
				t.Errorf("%d bytes, want %d", len(body), len(c.want))
			}
		})
	}
}

// Names that the contract spells otherwise than Go are spelled so on the wire, and net/http still finds the ETag.
func TestSpelling(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
			w.Header().Set(name, "1")
		}
		w.Header().Set("ETag", `"tag"`)
		switch r.URL.Path {
		case "/implicit":
			_, _ = w.Write([]byte("body"))
		case "/file":
			_, _ = w.(io.ReaderFrom).ReadFrom(strings.NewReader("body"))
		case "/flush":
			_ = http.NewResponseController(w).Flush()
		case "/json":
			writeJSON(w, []byte("{}"))
		}
	})
	for _, path := range []string{"/implicit", "/file", "/flush", "/json", "/nothing"} {
		t.Run(path, func(t *testing.T) {
			lines, _ := exchange(t, address, "GET", path, "")
			for _, want := range []string{"X-RateLimit-Limit: 1", "X-RateLimit-Remaining: 1", "X-RateLimit-Reset: 1", `ETag: "tag"`} {
				if !has(lines, want) {
					t.Errorf("%s is not in %q", want, lines)
				}
			}
		})
	}
}

func BenchmarkCompress(b *testing.B) {
	for name, text := range map[string]string{"ASCII": "Ivan the greeter", "Cyrillic": `\u0418\u0432\u0430\u043d \u043f\u043e\u0437\u0434\u0440\u0430\u0432\u043b\u044f\u0435\u0442`} {
		var body []byte
		for i := range 15 {
			body = fmt.Appendf(body, `{"id":%d,"email":"user%d@hidden.invalid","phone":null,"name":"%s","description":"%s %d","path_url":"https://api.example.com/storage/media/%x.png"},`,
				i, i, text, strings.Repeat(text+" ", 4), i*i*7919, i*7919*104729*1299709)
		}
		b.Run(name, func(b *testing.B) {
			c := compressors.Get().(*compressor)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				b.ReportMetric(float64(len(c.compress(body))), "out")
			}
		})
	}
}
