package contract

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// zip compresses a body.
func zip(t *testing.T, parts ...io.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.Copy(w, io.MultiReader(parts...)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const formType = "application/x-www-form-urlencoded"

// A request that is compressed by gzip is read as if it were not, whatever its format.
func TestGzipRequests(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := w.WriteField("name", "multipart"); err != nil {
		t.Fatal(err)
	}
	file, err := w.CreateFormFile("media", "me.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(testkit.PNG()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	post := func(encoding, contentType string, body []byte) *testkit.Answer {
		return s.Post("user/update").As(client.Token).Raw(contentType, bytes.NewReader(body)).Header("Content-Encoding", encoding).Do()
	}
	for _, c := range []struct {
		name, encoding, contentType string
		body                        []byte
	}{
		{"json", "gzip", "application/json", zip(t, strings.NewReader(`{"name":"json"}`))},
		{"form", "GZIP", formType, zip(t, strings.NewReader("name=form"))},
		{"multipart", "x-gzip", w.FormDataContentType(), zip(t, &form)},
		{"plain", "identity", "application/json", []byte(`{"name":"plain"}`)},
		{"plain again", "", "application/json", []byte(`{"name":"plain again"}`)},
		{"both", "identity, gzip", formType, zip(t, strings.NewReader("name=both"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := post(c.encoding, c.contentType, c.body).Want(200)
			if name := answer.Map().String("data", "name"); name != c.name {
				t.Errorf("the name is %q", name)
			}
		})
	}
	post("gzip", formType, nil).Want(200) // nothing at all

	whole := zip(t, strings.NewReader("name=broken"))
	for name, body := range map[string][]byte{"cut off": whole[:len(whole)-6], "not gzip": []byte("name=broken"), "followed": append(bytes.Clone(whole), "name"...)} {
		t.Run(name, func(t *testing.T) {
			post("gzip", formType, body).Want(400).WantJSON(`{"status":"error","message":"The gzip body is broken, or ends too early."}`)
			post("gzip", w.FormDataContentType(), body).Want(400)
		})
	}
	for _, encoding := range []string{"br", "deflate", "zstd", "gzip, gzip", "gzip, br"} {
		t.Run(encoding, func(t *testing.T) {
			answer := post(encoding, formType, whole).Want(415)
			if answer.Map().String("status") != "error" || answer.Header.Get("Accept-Encoding") != "gzip" {
				t.Errorf("%s, %v", answer.Body, answer.Header)
			}
		})
	}
}

// The limits of a body hold for what it stands for.
func TestGzipBombs(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	small := zip(t, strings.NewReader("email="), io.LimitReader(repeated("a"), 1<<20))
	for _, path := range []string{"user/check-free", "user/update"} {
		s.Post(path).As(client.Token).Raw(formType, bytes.NewReader(small)).Header("Content-Encoding", "gzip").Do().Want(413)
	}
	// A file may stand for 20 times its size, and a megabyte more.
	head := "--b\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.png\"\r\n\r\n" + string(testkit.PNG())
	const tail = "\r\n--b--\r\n"
	upload := func(body []byte) *testkit.Answer {
		return s.Post("user/update").As(client.Token).Raw("multipart/form-data; boundary=b", bytes.NewReader(body)).Header("Content-Encoding", "gzip").Do()
	}
	for name, zeros := range map[string]int64{"a little more": 1<<20 + 64<<10, "much more": 20 << 20} {
		bomb := zip(t, strings.NewReader(head), io.LimitReader(repeated("\x00"), zeros), strings.NewReader(tail))
		unchanged := s.Snapshot()
		upload(bomb).Want(413).WantJSON(`{"message":"The request is too large: its gzip stands for more than 20 times its size."}`)
		unchanged(fmt.Sprintf("%s: %d bytes that stand for %d", name, len(bomb), zeros))
	}
	random := make([]byte, 200<<10)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	clip := testkit.Clip(1000)
	fits := strings.Replace(head, string(testkit.PNG()), string(clip.Content), 1)
	upload(zip(t, strings.NewReader(fits), bytes.NewReader(random), io.LimitReader(repeated("\x00"), 3<<20), strings.NewReader(tail))).Want(200)
}
