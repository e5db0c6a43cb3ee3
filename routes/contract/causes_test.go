package contract

import (
	"bytes"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// The content of a file without a filename is text, and no file, whatever its length.
func TestFileWithoutName(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	s.Order(client, performer)
	const message = "The media field must be a file."
	for name, size := range map[string]int{"100 B": 100, "900 KB": 900 << 10, "3 MB": 3 << 20, "8 MB": 8 << 20} {
		t.Run(name, func(t *testing.T) {
			content := string(append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0xff}, size)...))
			unchanged := s.Snapshot()
			s.Post("user/update").As(client.Token).Multipart(nil, "name", "new", "media", content).Do().WantError("media", message)
			s.Post("order/update/1").As(performer.Token).Multipart(nil, "media", content, "status", "2").Do().WantError("media", message)
			s.Post("order/create").As(client.Token).Multipart(nil, "media", "x", "other", content[:100]).Do().Want(429)
			unchanged("a file without a name")
		})
	}
}

// A byte order mark before JSON is named as what is wrong.
func TestByteOrderMark(t *testing.T) {
	s := testkit.Start(t)
	s.Post("user/check-free").JSON("\ufeff" + `{"email":"a@example.com"}`).Do().Want(400).
		WantJSON(`{"status":"error","message":"The JSON body is malformed at line 1, column 1: the text begins with a byte order mark."}`)
}
