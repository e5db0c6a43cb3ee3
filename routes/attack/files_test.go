package attack

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// picturePart begins the part of a multipart body that holds the file.
func picturePart(name, kind string) string {
	return fmt.Sprintf("--b\r\nContent-Disposition: form-data; name=\"media\"; filename=%q\r\nContent-Type: %s\r\n\r\n", name, kind)
}

const endOfParts = "\r\n--b--\r\n"

// bomb compresses a prefix and size bytes of a filler by gzip, in members of a megabyte (RFC 1952, section 2.2).
func bomb(prefix string, filler byte, size int) func() []byte {
	member := func(content []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, _ = w.Write(content) // writing to memory can't fail, here and below
		_ = w.Close()
		return out.Bytes()
	}
	return sync.OnceValue(func() []byte {
		return append(member([]byte(prefix)), bytes.Repeat(member(bytes.Repeat([]byte{filler}, 1<<20)), size>>20)...)
	})
}

// video is the demo's greeting, from which a preview can be rendered.
var video = sync.OnceValue(func() []byte {
	content, err := os.ReadFile("../../hooks/demo/greeting.mp4")
	if err != nil {
		panic(err)
	}
	return content
})

// signUpWith sends a sign-up from yet another address, with a file's content.
func (w *worker) signUpWith(name, kind string, content io.Reader) (int, []byte) {
	return w.send(request{path: "auth/signup", from: w.wide(), kind: multipart,
		stream: io.MultiReader(strings.NewReader(w.signUp()+picturePart(name, kind)), content, strings.NewReader(endOfParts))})
}

// files are attacks by uploads and downloads.
func files() []attack {
	const kind = "files"
	var all []attack
	usual, more := hostileFiles()
	for n, file := range slices.Concat(usual, more) {
		content := sync.OnceValue(file.content)
		all = append(all, attack{kind: kind, name: file.about, extra: n >= len(usual), workers: 4, prepare: func() { content() }, run: func(w *worker) {
			w.signUpWith(file.name, file.kind, bytes.NewReader(content()))
		}})
	}
	update := func(w *worker, name, kind string, content io.Reader) (int, []byte) {
		return w.send(request{path: "user/update", from: w.n, as: attackerID(w.n), kind: multipart,
			stream: io.MultiReader(strings.NewReader(picturePart(name, kind)), content, strings.NewReader(endOfParts))})
	}
	zipped := http.Header{"Content-Encoding": {"gzip"}}
	jsonBomb, formBomb := bomb(`{"description":"`, 'x', 300<<20), bomb("description=", 'x', 300<<20)
	listBomb, partBomb := bomb(`{"a":[`, '[', 100<<20), bomb(picturePart("x.png", "image/png")+tinyPNG, 0, 550<<20)
	return append(all, []attack{
		{kind: kind, name: "20 uploads of 20 MB at once", workers: 20, run: func(w *worker) {
			update(w, "x.mp4", "video/mp4", testkit.Movie(20<<20))
		}},
		{kind: kind, name: "20 uploads of 20 MB of one address", workers: 20, run: func(w *worker) {
			w.send(request{path: "auth/signup", kind: multipart, stream: io.MultiReader(strings.NewReader(w.signUp()+picturePart("x.mp4", "video/mp4")),
				testkit.Movie(20<<20), strings.NewReader(endOfParts))})
		}},
		{kind: kind, name: "uploads that the validation refuses", workers: 8, run: func(w *worker) {
			w.send(request{path: "auth/signup", from: w.wide(), kind: multipart, stream: io.MultiReader(strings.NewReader(picturePart("x.mp4", "video/mp4")),
				testkit.Movie(20<<20), strings.NewReader(endOfParts))})
		}},
		{kind: kind, name: "uploads without an access token", extra: true, workers: 8, run: func(w *worker) {
			w.send(request{path: "user/update", from: w.n, kind: multipart, stream: io.MultiReader(strings.NewReader(picturePart("x.mp4", "video/mp4")),
				testkit.Movie(20<<20), strings.NewReader(endOfParts))})
		}},
		{kind: kind, name: "uploads broken off halfway", workers: 20, run: func(w *worker) {
			content := io.MultiReader(testkit.Movie(5<<20), brokenReader{})
			_, _ = w.signUpWith("x.mp4", "video/mp4", content)
		}},
		{kind: kind, name: "uploads that trickle", workers: 200, run: func(w *worker) {
			w.signUpWith("x.mp4", "video/mp4", &trickle{w: w, from: testkit.Movie(1 << 20)})
		}},
		{kind: kind, name: "videos whose previews are due", workers: 20, run: func(w *worker) {
			update(w, "x.mp4", "video/mp4", bytes.NewReader(video()))
		}},
		{kind: kind, name: "pictures in place of pictures", workers: 20, run: func(w *worker) {
			update(w, "x.png", "image/png", strings.NewReader(tinyPNG))
		}},
		{kind: kind, name: "a preface of 100 MB before the first part", extra: true, workers: 4, run: func(w *worker) {
			w.send(request{path: "auth/signup", from: w.wide(), kind: multipart, stream: io.MultiReader(testkit.Movie(100<<20), strings.NewReader("\r\n"+w.signUp()+"--b--\r\n"))})
		}},
		{kind: kind, name: "a field of 100 MB", workers: 4, run: func(w *worker) {
			w.send(request{path: "auth/signup", from: w.wide(), kind: multipart, stream: io.MultiReader(
				strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"nickname\"\r\n\r\n"), testkit.Movie(100<<20), strings.NewReader("\r\n--b--\r\n"))})
		}},
		{kind: kind, name: "gzip: JSON of 300 MB in 300 KB", workers: 8, prepare: func() { jsonBomb() }, run: func(w *worker) {
			w.send(request{path: "user/check-free", from: w.wide(), body: jsonBomb(), header: zipped})
		}},
		{kind: kind, name: "gzip: lists in lists", extra: true, workers: 8, prepare: func() { listBomb() }, run: func(w *worker) {
			w.send(request{path: "user/check-free", from: w.wide(), body: listBomb(), header: zipped})
		}},
		{kind: kind, name: "gzip: a form of 300 MB in 300 KB", extra: true, workers: 8, prepare: func() { formBomb() }, run: func(w *worker) {
			w.send(request{path: "user/check-free", from: w.wide(), kind: form, body: formBomb(), header: zipped})
		}},
		{kind: kind, name: "gzip: a file of 550 MB in 550 KB", workers: 8, prepare: func() { partBomb() }, run: func(w *worker) {
			w.send(request{path: "auth/signup", from: w.wide(), kind: multipart, body: partBomb(), header: zipped})
		}},
		{kind: kind, name: "gzip to PocketBase's API", workers: 8, prepare: func() { jsonBomb() }, run: func(w *worker) {
			w.send(request{path: "/api/collections/users/records", from: w.wide(), body: jsonBomb(), header: zipped})
		}},
		{kind: kind, name: "downloads in thousands of ranges", workers: 8, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: w.mediaPath(), from: w.n, header: http.Header{"Range": {"bytes=0-0" + strings.Repeat(",0-,1-1", 10_000)}}})
		}},
		{kind: kind, name: "previews of files that are not there", workers: 40, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: fmt.Sprintf("/storage/media/preview/%032d.mp4", w.id()), from: w.n})
		}},
	}...)
}

// mediaPath returns the path of a picture.
func (w *worker) mediaPath() string {
	_, answer := w.send(request{method: http.MethodGet, path: "user/view/1", from: w.n, as: attackerID(w.n)})
	_, after, _ := strings.Cut(string(answer), `"path_url":"`)
	url, _, _ := strings.Cut(strings.ReplaceAll(after, `\/`, "/"), `"`)
	if at := strings.Index(url, "/storage/"); at >= 0 {
		return url[at:]
	}
	return "/storage/media/none.png"
}

// brokenReader fails, which breaks off the upload that reads it.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, fmt.Errorf("broken off") }

// trickle reads a few bytes a second.
type trickle struct {
	w    *worker
	from io.Reader
}

func (t *trickle) Read(p []byte) (int, error) {
	t.w.pause(100 * time.Millisecond)
	if t.w.ctx.Err() != nil {
		return 0, t.w.ctx.Err()
	}
	return t.from.Read(p[:min(len(p), 10)])
}

const diskFile = 20 << 20

// disk are the attacks on the disk's space.
func disk() []attack {
	return []attack{{kind: "disk", name: "sign-ups with videos of 20 MB, 8,192 addresses", workers: 8, run: func(w *worker) {
		w.signUpWith("x.mp4", "video/mp4", testkit.Movie(diskFile))
	}}}
}
