package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Request is a request that is being built. Its methods change it and return it.
type Request struct {
	s      *Server
	method string
	path   string
	header http.Header
	body   io.Reader
	length int64 // of the body, for a Content-Length that net/http can't determine
}

// Answer is a response whose body has been read.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// Get starts a GET request. The path is relative to /api/v1/ unless it begins with a slash.
func (s *Server) Get(path string) *Request { return s.Request(http.MethodGet, path) }

// Post starts a POST request; see Get for the path.
func (s *Server) Post(path string) *Request { return s.Request(http.MethodPost, path) }

// Request starts a request of any method; see Get for the path.
func (s *Server) Request(method, path string) *Request {
	if !strings.HasPrefix(path, "/") {
		path = "/api/v1/" + path
	}
	return &Request{s: s, method: method, path: path, header: http.Header{}}
}

// As sets the access token.
func (r *Request) As(token string) *Request { return r.Header("Authorization", "Bearer "+token) }

// Header sets a header.
func (r *Request) Header(name, value string) *Request {
	r.header.Set(name, value)
	return r
}

// Raw sets a body of any type.
func (r *Request) Raw(contentType string, body io.Reader) *Request {
	r.body = body
	return r.Header("Content-Type", contentType)
}

// JSON sets a JSON body: a string verbatim, any other value encoded.
func (r *Request) JSON(value any) *Request {
	text, ok := value.(string)
	if !ok {
		encoded, err := json.Marshal(value)
		if err != nil {
			r.s.t.Fatal(err)
		}
		text = string(encoded)
	}
	return r.Raw("application/json", strings.NewReader(text))
}

// Form sets a body of pairs of names and values as an URL-encoded form.
func (r *Request) Form(pairs ...string) *Request {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, url.QueryEscape(pairs[i])+"="+url.QueryEscape(pairs[i+1]))
	}
	return r.Raw("application/x-www-form-urlencoded", strings.NewReader(strings.Join(parts, "&")))
}

// File is a file of a multipart form.
type File struct {
	Field, Name, Type string
	Content           []byte
}

// Multipart sets a multipart body of pairs of names and values, followed by files.
func (r *Request) Multipart(files []File, pairs ...string) *Request {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	fail := func(err error) {
		if err != nil {
			r.s.t.Fatal(err)
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		fail(w.WriteField(pairs[i], pairs[i+1]))
	}
	for _, file := range files {
		header := textproto.MIMEHeader{}
		header.Set("Content-Disposition", multipart.FileContentDisposition(file.Field, file.Name))
		header.Set("Content-Type", file.Type)
		part, err := w.CreatePart(header)
		fail(err)
		_, err = part.Write(file.Content)
		fail(err)
	}
	fail(w.Close())
	return r.Raw(w.FormDataContentType(), &body)
}

// Do sends the request. Several goroutines may call it at once, each on its own request.
func (r *Request) Do() *Answer {
	r.s.t.Helper()
	answer, err := r.Try()
	if err != nil {
		r.s.t.Error(err)
		return &Answer{t: r.s.t}
	}
	return answer
}

// doPatiently is Do for what prepares a test. Where the server is busy, as with many sign-ups at once on a slow machine,
// it comes again when the server says, as an app would.
func (r *Request) doPatiently() *Answer {
	r.s.t.Helper()
	body, err := io.ReadAll(r.body)
	if err != nil {
		r.s.t.Fatal(err)
	}
	for deadline := time.Now().Add(3 * time.Minute); ; {
		r.body = bytes.NewReader(body)
		answer := r.Do()
		if answer.Status != http.StatusServiceUnavailable || time.Now().After(deadline) {
			return answer
		}
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil {
			r.s.t.Fatal(err)
		}
		time.Sleep(time.Duration(seconds) * time.Second)
	}
}

// Try is Do for a request that may fail.
func (r *Request) Try() (*Answer, error) {
	req, err := http.NewRequest(r.method, r.s.URL+r.path, r.body)
	if err != nil {
		return nil, err
	}
	req.Header = r.header
	if r.length != 0 {
		req.ContentLength = r.length
	}
	resp, err := r.s.HTTPClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return &Answer{t: r.s.t, Status: resp.StatusCode, Header: resp.Header, Body: body}, err
}

// Want fails the test unless the answer has the status, and returns the answer.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// WantError fails the test unless the answer is a validation error with this message on this field and no other.
func (a *Answer) WantError(field, message string) {
	a.t.Helper()
	a.Want(http.StatusTooManyRequests)
	want, err := json.Marshal(map[string]any{"message": message, "errors": map[string][]string{field: {message}}})
	if err != nil {
		a.t.Fatal(err)
	}
	a.WantJSON(string(want))
}

// WantJSON fails the test unless the body equals want as JSON.
func (a *Answer) WantJSON(want string) {
	a.t.Helper()
	var got, wanted any
	if err := json.Unmarshal(a.Body, &got); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		a.t.Fatal(err)
	}
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(wanted)
	if !bytes.Equal(g, w) {
		a.t.Fatalf("got  %s\nwant %s", g, w)
	}
}

// Into decodes the body's JSON into v.
func (a *Answer) Into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
}

// Map returns the body as a JSON object.
func (a *Answer) Map() Map {
	a.t.Helper()
	var m map[string]any
	a.Into(&m)
	return Map{a.t, m}
}
