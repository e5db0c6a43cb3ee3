package contract

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
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

// A body's _method turns a POST into another method, for which no endpoint that takes a body has a route.
func TestMethodInTheBody(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	unchanged := s.Snapshot()
	token := client.Token
	send := func(kind, body string, header ...string) (int, string, string) {
		t.Helper()
		request, err := http.NewRequest(http.MethodPost, s.URL+"/api/v1/user/update", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", kind)
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		response, err := http.DefaultClient.Do(request) // the test's own client knows no such answer to a POST
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(content), response.Header.Get("Allow")
	}
	const form = "application/x-www-form-urlencoded"
	for kind, body := range map[string]string{
		form:                             "_method=put&name=new",
		"application/json":               `{"_method":"PUT","name":"new"}`,
		"multipart/form-data;boundary=b": "--b\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nPUT\r\n--b--\r\n",
	} {
		want := `{"message":"The PUT method is not supported for route api/v1/user/update. Supported methods: POST."}`
		for _, token = range []string{client.Token, "1|expired"} { // the method is looked at first
			if status, got, allow := send(kind, body); status != 405 || got != want || allow != "POST" {
				t.Errorf("%s, token %s: %d %s, Allow %q", kind, token, status, got, allow)
			}
		}
	}
	if status, got, _ := send(form, "name=new"); status != 401 {
		t.Errorf("an invalid token: %d %s", status, got)
	}
	token = client.Token
	unchanged("another method in the body")
	if status, got, _ := send(form, "_method=POST"); status != 200 {
		t.Errorf("_method=POST: %d %s", status, got)
	}
	if status, got, _ := send(form, "_method=PUT", "X-HTTP-Method-Override", "POST"); status != 200 {
		t.Errorf("the header goes first: %d %s", status, got)
	}
}

// What net/http refuses before any handler is answered in the API's form too.
func TestMalformedRequests(t *testing.T) {
	s := testkit.Start(t)
	for line, want := range map[string]string{
		"Name: \x01":                          `{"status":"error","message":"The request is not valid HTTP: malformed request line or headers."}`,
		"Transfer-Encoding: rot13":            `{"status":"error","message":"The request is not valid HTTP: unsupported transfer encoding."}`,
		"Name: " + strings.Repeat("y", 2<<20): `{"status":"error","message":"The request is not valid HTTP: headers too large."}`,
	} {
		header, body := exchange(t, s, http.MethodPost, "/api/v1/user/check-free", line)
		if string(body) != want || !slices.Contains(header, "Content-Type: application/json") || !slices.Contains(header, "Access-Control-Allow-Origin: *") {
			t.Errorf("%.40s: %q %s", line, header, body)
		}
	}
}
