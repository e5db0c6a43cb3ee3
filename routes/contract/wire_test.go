package contract

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// exchange sends a request over a connection of its own, with further lines of its header, and returns the lines of the
// answer's header and its body, both as they came.
func exchange(t *testing.T, s *testkit.Server, method, path string, lines ...string) (header []string, body []byte) {
	t.Helper()
	address := strings.TrimPrefix(s.URL, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	content := ""
	if i := slices.Index(lines, ""); i >= 0 { // a body follows an empty line, as in HTTP
		content, lines = lines[i+1], append(lines[:i:i], fmt.Sprint("Content-Length: ", len(lines[i+1])), "Content-Type: application/json")
	}
	head := append([]string{method + " " + path + " HTTP/1.1", "Host: " + address, "Connection: close"}, lines...)
	if _, err := io.WriteString(conn, strings.Join(head, "\r\n")+"\r\n\r\n"+content); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	top, body, _ := bytes.Cut(answer, []byte("\r\n\r\n"))
	return strings.Split(string(top), "\r\n"), body
}

// Answers are ASCII, whatever people are called; names of headers are spelled as in the contract.
func TestAnswersOnTheWire(t *testing.T) {
	s := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 600 })
	ivan := s.Signup("role", "2", "price", "4.0", "name", "Иван 😀", "description", "«Привет»")
	header, body := exchange(t, s, "GET", "/api/v1/"+ivan.Path(), "Authorization: Bearer "+ivan.Token)
	for _, want := range []string{`"name":"\u0418\u0432\u0430\u043d \ud83d\ude00"`, `"description":"\u00ab\u041f\u0440\u0438\u0432\u0435\u0442\u00bb"`, `"price":4,`} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
	for _, want := range []string{"X-RateLimit-Limit: 600", fmt.Sprint("Content-Length: ", len(body)), "Content-Type: application/json", "Vary: Accept-Encoding"} {
		if !slices.Contains(header, want) {
			t.Errorf("%s is not in %q", want, header)
		}
	}
	if !slices.ContainsFunc(header, func(line string) bool { return strings.HasPrefix(line, "X-RateLimit-Remaining: ") }) {
		t.Errorf("%q", header)
	}
	if header, _ := exchange(t, s, "GET", "/api/v1/user/view/1"); slices.ContainsFunc(header, func(line string) bool {
		return strings.HasPrefix(strings.ToLower(line), "x-ratelimit")
	}) {
		t.Errorf("rate limit headers of a 401: %q", header)
	}

	picture := strings.TrimPrefix(ivan.Data.String("data", "media", 0, "path_url"), s.URL)
	header, _ = exchange(t, s, "GET", picture)
	at := slices.IndexFunc(header, func(line string) bool { return strings.HasPrefix(line, "ETag: ") })
	if at < 0 {
		t.Fatalf("no ETag in %q", header)
	}
	again, _ := exchange(t, s, "GET", picture, strings.Replace(header[at], "ETag", "If-None-Match", 1))
	if again[0] != "HTTP/1.1 304 Not Modified" || !slices.Contains(again, header[at]) {
		t.Errorf("%q", again)
	}
	if page, _ := exchange(t, s, "GET", "/openapi.json"); !slices.ContainsFunc(page, func(line string) bool { return strings.HasPrefix(line, "ETag: ") }) {
		t.Errorf("%q", page)
	}
}

// A long answer is compressed for whoever accepts gzip, except one that carries an access token.
func TestGzip(t *testing.T) {
	s := testkit.Start(t)
	person := s.Signup("role", "2", "description", strings.Repeat("Привет ", 300))
	as := "Authorization: Bearer " + person.Token
	plainHeader, plain := exchange(t, s, "GET", "/api/v1/user/search", as)
	if slices.Contains(plainHeader, "Content-Encoding: gzip") || !slices.Contains(plainHeader, "Vary: Accept-Encoding") {
		t.Errorf("%q", plainHeader)
	}
	for accept, want := range map[string]bool{"gzip": true, "deflate, *;q=0.5": true, "gzip;q=0": false, "identity, gzip;q=0.1": false} {
		header, body := exchange(t, s, "GET", "/api/v1/user/search", as, "Accept-Encoding: "+accept)
		if got := slices.Contains(header, "Content-Encoding: gzip"); got != want || !slices.Contains(header, fmt.Sprint("Content-Length: ", len(body))) {
			t.Errorf("%s: %d bytes after %q", accept, len(body), header)
		}
		head, nothing := exchange(t, s, "HEAD", "/api/v1/user/search", as, "Accept-Encoding: "+accept)
		if !slices.Contains(head, fmt.Sprint("Content-Length: ", len(body))) || slices.Contains(head, "Content-Encoding: gzip") != want || len(nothing) != 0 {
			t.Errorf("%s: HEAD answers %q", accept, head)
		}
		if want {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(body, plain) {
			t.Errorf("%s: %s, want %s", accept, body, plain)
		}
	}
	login := fmt.Sprintf(`{"email":%q,"password":%q}`, person.Email, testkit.Password)
	header, body := exchange(t, s, "POST", "/api/v1/auth/login", "Accept-Encoding: gzip", "", login)
	if len(body) < 2000 || slices.Contains(header, "Content-Encoding: gzip") {
		t.Errorf("an access token in %d bytes after %q", len(body), header)
	}
}

// Text in the database that is not UTF-8, which no input leads to, is not answered as something else.
func TestBrokenTextIsNotAnswered(t *testing.T) {
	s := testkit.Start(t)
	person := s.Client()
	s.Exec(`UPDATE users SET nickname = CAST(x'61ff' AS TEXT)`)
	s.Get(person.Path()).As(person.Token).Do().Want(500)
	s.WantLog("UTF-8")
}
