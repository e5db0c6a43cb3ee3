package laravel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/routes/laravel/body"
)

// The heads of the media that tests upload.
const (
	jpegHead = "\xff\xd8\xff\xe0\x00\x10JFIF\x00"
	pngHead  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
)

// album is the input of a route with media, with limits small enough to exceed in a test.
type album struct {
	Title string `in:"title" rules:"nullable|string|unique"`
	Cover *File  `in:"cover" rules:"nullable|file|max:100"`
	Media *File  `in:"media" rules:"required|file|max:100|media"`
}

var albums = MustCompile[album]()

const multipartB = "multipart/form-data; boundary=B"

// readAlbum reads a body of the given parts and the closing boundary.
func readAlbum(s Sink, parts ...string) (*album, error) {
	req := bodyRequest(multipartB, strings.Join(parts, "")+"--B--\r\n")
	req.ContentLength = -1 // so that the limit is found while reading
	return albums.Read(req, Options{Sink: s, Checks: map[string]Check{
		"unique": func(title string) (bool, error) {
			switch title {
			case "taken":
				return false, nil
			case "down":
				return false, errSink
			case "panic":
				panic("a check that panics")
			}
			return true, nil
		},
	}})
}

func TestUpload(t *testing.T) {
	s := &memorySink{}
	content := jpegHead + strings.Repeat("x", 90000)
	got, err := readAlbum(s, part(`name="title"`, " t "), part(`name="media"; filename="C:\dir\имя.txt"`, content))
	if err != nil {
		t.Fatal(err)
	}
	u := s.uploads[0]
	if f := got.Media; f.Name != "имя.txt" || f.Size != int64(len(content)) || f.Type != mediatype.JPEG || f.Stored != Writer(u) {
		t.Errorf("%+v", f)
	}
	if got.Title != "t" || len(s.uploads) != 1 || u.content.String() != content || u.kind != mediatype.JPEG || u.committed != 1 || u.aborted != 0 {
		t.Errorf("%+v, committed %d, aborted %d", got, u.committed, u.aborted)
	}
	got.Media.Discard()
	got.Media.Discard()
	got.Cover.Discard()
	if u.aborted != 1 || got.Media.Stored != nil {
		t.Errorf("aborted %d times", u.aborted)
	}
}

func TestNothingIsLeft(t *testing.T) {
	media := part(`name="media"; filename="a"`, jpegHead)
	title := func(s string) string { return part(`name="title"`, s) }
	huge := strings.Repeat("x", 100*kilobyte+1-len(jpegHead))
	const (
		tooBig  = "The media field must not be greater than 100 kilobytes."
		noMedia = "The media field must be a file of type: image, video."
		noFile  = "The media field must be a file."
	)
	for name, c := range map[string]struct {
		sink    memorySink
		parts   []string
		begun   int    // uploads that were begun to be stored
		written int64  // bytes of the first
		want    string // the error
	}{
		"another field fails":    {parts: []string{media, title("taken")}, begun: 1, written: 11, want: "The title has already been taken."},
		"a check breaks":         {parts: []string{media, title("down")}, begun: 1, written: 11, want: "disk full"},
		"a check panics":         {parts: []string{media, title("panic")}, begun: 1, written: 11, want: "panic"},
		"create breaks":          {sink: memorySink{failCreate: true}, parts: []string{media}, want: "input: store an upload: disk full"},
		"write breaks":           {sink: memorySink{failWrite: true}, parts: []string{media}, begun: 1, want: "input: store an upload: disk full"},
		"commit breaks":          {sink: memorySink{failCommit: true}, parts: []string{media}, begun: 1, written: 11, want: "input: store an upload: disk full"},
		"too big":                {parts: []string{part(`name="media"; filename="a"`, jpegHead+huge)}, begun: 1, written: 64 * kilobyte, want: tooBig},
		"too big, wrong type":    {parts: []string{part(`name="media"; filename="a"`, huge+strings.Repeat("x", 11))}, want: tooBig},
		"wrong type":             {parts: []string{part(`name="media"; filename="a.jpg"`, "<svg/>")}, want: noMedia},
		"empty":                  {parts: []string{part(`name="media"; filename="a.jpg"`, "")}, want: noMedia},
		"cut off":                {parts: []string{media, "--B\r\nContent-Disposition: form-data; name=title\r\n\r\nx"}, begun: 1, written: 11, want: "malformed"},
		"in a list":              {parts: []string{part(`name="media[]"; filename="a"`, jpegHead)}, want: noFile},
		"a list after it":        {parts: []string{media, part(`name="media[]"; filename="a"`, jpegHead)}, begun: 1, written: 11, want: noFile},
		"two, another fails":     {parts: []string{media, media, title("taken")}, begun: 2, written: 11, want: "The title has already been taken."},
		"two, the last is wrong": {parts: []string{media, part(`name="media"; filename="a"`, "text")}, begun: 1, written: 11, want: noMedia},
		"in another field":       {parts: []string{part(`name="title"; filename="a"`, jpegHead), media}, begun: 1, written: 11, want: "The title field must be a string."},
		"no file name":           {parts: []string{part(`name="media"; filename=""`, jpegHead)}, want: "The media field is required."},
		"over the body":          {parts: []string{media, part(`name="x"; filename="a"`, strings.Repeat("x", 2<<20))}, begun: 1, written: 11, want: body.ErrTooLarge.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			func() {
				defer func() {
					if recover() != nil && c.want != "panic" {
						t.Error("panic")
					}
				}()
				_, err := readAlbum(&c.sink, c.parts...)
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %s", err, c.want)
				}
			}()
			if c.sink.left() != 0 || len(c.sink.uploads) != c.begun {
				t.Errorf("%d of %d uploads are left, want 0 of %d", c.sink.left(), len(c.sink.uploads), c.begun)
			}
			for i, u := range c.sink.uploads {
				if u.aborted != 1 || i == 0 && u.size != c.written {
					t.Errorf("upload %d: %d bytes, aborted %d times", i, u.size, u.aborted)
				}
			}
		})
	}
}

func TestTheLastFileCounts(t *testing.T) {
	s := &memorySink{}
	got, err := readAlbum(s, part(`name="cover"; filename="c"`, "any"), part(`name="media"; filename="1"`, jpegHead),
		part(`name="media"; filename="2"`, pngHead), part(`name="media"`, "text"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Media.Name != "2" || got.Media.Stored != Writer(s.uploads[2]) || got.Cover.Stored != Writer(s.uploads[0]) || s.left() != 2 || s.uploads[1].aborted != 1 {
		t.Errorf("%+v, %d left", got.Media, s.left())
	}
}

func TestMalformedMultipart(t *testing.T) {
	whole := part(`name="a"`, "b") + "--B--"
	for name, c := range map[string]struct{ contentType, body string }{
		"no boundary":        {"multipart/form-data", whole},
		"empty boundary":     {"multipart/form-data; boundary=", whole},
		"open quote":         {`multipart/form-data; boundary="B`, whole},
		"endless boundary":   {"multipart/form-data; boundary=" + strings.Repeat("B", 5000), whole},
		"another boundary":   {"multipart/form-data; boundary=C", whole},
		"no closing":         {multipartB, part(`name="a"`, "b")},
		"cut in a header":    {multipartB, "--B\r\nContent-Dispo"},
		"cut before a value": {multipartB, "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n"},
		"broken header":      {multipartB, "--B\r\nnonsense\r\n\r\nx\r\n--B--"},
		"no name":            {multipartB, part(`filename="a"`, "b") + "--B--"},
		"no disposition":     {multipartB, "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--"},
		"JSON":               {multipartB, `{"a":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := routes["user/search"].read(bodyRequest(c.contentType, c.body), Options{})
			var malformed *body.Malformed
			if !errors.As(err, &malformed) || !strings.Contains(malformed.Message, "multipart") || strings.Contains(malformed.Message, "nonsense") {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestMultipartAsPHP(t *testing.T) {
	for body, want := range map[string]string{
		"":                                        `[]`,
		"preamble\r\n" + part(`name="a"`, "b"):    `{"a":"b"}`,
		part("name=a", "b"):                       `{"a":"b"}`,
		part(`NAME='a"b'`, "c"):                   `{"a\"b":"c"}`,
		part(`name="a\"b\\c\d"`, "e"):             `{"a\"b\\c\\d":"e"}`,
		part(`x="name=z;"; name="a;b"`, "c"):      `{"a;b":"c"}`,
		part(`name="a"; name="b"`, "c"):           `{"b":"c"}`,
		part(`name="a"; filename*=UTF-8''x`, "c"): `{"a":"c"}`,
		part(`name=a b`, "c"):                     `{"a":"c"}`,
		part(`name=""`, "c"):                      `[]`,
		part(`name="a[]"`, "%41+") + part(`name="a[]"`, "\x00"):                                                       `{"a":["%41+","\u0000"]}`,
		part(`name="a.b"; filename="dir/c\"d"`, "12"):                                                                 `{"a_b":{"__file":"c\"d","size":2}}`,
		part(`name="a[x]"; filename="f"`, "1") + part(`name="a[y]"`, "2"):                                             `{"a":{"y":"2","x":{"__file":"f","size":1}}}`,
		strings.Repeat(part(`name="f[]"; filename="f"`, ""), 21):                                                      `{"f":[` + strings.TrimSuffix(strings.Repeat(`{"__file":"f","size":0},`, 20), ",") + `]}`,
		"--B\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n": `{"a":"=41"}`,
	} {
		t.Run(fmt.Sprintf("%.60q", body), func(t *testing.T) {
			for _, contentType := range []string{`multipart/form-data; charset=utf-8; Boundary="B"`, "Multipart/Form-Data; boundary=B; x=y"} {
				v, err := read(bodyRequest(contentType, body+"--B--\r\nepilogue"), nil, Options{})
				if err != nil {
					t.Errorf("%q: %v", body, err)
				} else if got := text(t, v.input); got != want {
					t.Errorf("%q: %s, want %s", body, got, want)
				}
			}
		})
	}
}

// TestMemoryOfAnUpload sends 200 MB and measures what is allocated meanwhile.
func TestMemoryOfAnUpload(t *testing.T) {
	const size = 200e6
	head := part(`name="media"; filename="a"`, jpegHead)
	body := io.MultiReader(strings.NewReader(strings.TrimSuffix(head, "\r\n")), io.LimitReader(zeros{}, size), strings.NewReader("\r\n--B--"))
	req := httptest.NewRequest("POST", "/", body)
	req.Header.Set("Content-Type", multipartB)
	s := &countingSink{}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := routes["order/update"].read(req, Options{MaxBody: 1e9, Sink: s})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if n := got.(*orderUpdate).Media.Size; n != size+int64(len(jpegHead)) || s.uploads[0].size != n {
		t.Errorf("%d bytes, stored %d", n, s.uploads[0].size)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes allocated", used)
	}
}

// TestClientGone closes the connection in the middle of an upload.
func TestClientGone(t *testing.T) {
	s, begun, done := &memorySink{}, make(chan struct{}), make(chan error)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		_, err := albums.Read(req, Options{Sink: signalSink{s, begun}, Checks: map[string]Check{"unique": anyUnique["unique:users,email"]}})
		done <- err
	}))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	head := strings.TrimSuffix(part(`name="media"; filename="a"`, jpegHead+strings.Repeat("x", 70000)), "\r\n")
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: "+multipartB+"\r\nContent-Length: 90000\r\n\r\n"+head); err != nil {
		t.Fatal(err)
	}
	<-begun
	conn.Close()
	select {
	case err := <-done:
		var malformed *body.Malformed
		if !errors.As(err, &malformed) || malformed.Unwrap() == nil {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still reading")
	}
	if s.left() != 0 || s.uploads[0].size == 0 {
		t.Errorf("%d left, %d bytes came", s.left(), s.uploads[0].size)
	}
}

// signalSink closes a channel when the first upload begins.
type signalSink struct {
	Sink
	begun chan struct{}
}

func (s signalSink) Create(ctx context.Context, t mediatype.Type) (Writer, error) {
	close(s.begun)
	return s.Sink.Create(ctx, t)
}
