package laravel

import (
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// request returns the golden's request.
func (c *goldenCase) request(t *testing.T, base string) *http.Request {
	t.Helper()
	method, target, contentType := "POST", base+"/api/v1/_v/"+c.Ruleset, ""
	var body io.Reader
	switch c.ContentType {
	case "json":
		body, contentType = strings.NewReader(c.Body), "application/json"
	case "urlencoded", "query":
		var pairs []string
		for _, p := range c.Form {
			pairs = append(pairs, url.QueryEscape(unquoted(t, p[0]))+"="+url.QueryEscape(unquoted(t, p[1])))
		}
		text := strings.Join(pairs, "&")
		if c.ContentType == "query" {
			method, target = "GET", target+"?"+text
		} else {
			body, contentType = strings.NewReader(text), "application/x-www-form-urlencoded"
		}
	case "multipart":
		body, contentType = c.multipart(t)
	default:
		t.Fatalf("content type %q", c.ContentType)
	}
	req, err := http.NewRequest(method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req
}

func unquoted(t *testing.T, text json.RawMessage) (s string) {
	t.Helper()
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// goldenFiles holds the sizes of the goldens' files other than a.txt.
var goldenFiles = map[string]int64{"empty.bin": 0, "max.bin": 614398976, "max1.bin": 614398977, "max2.bin": 614400000}

// multipart returns the golden's form as a stream, because its large files would not fit in memory.
func (c *goldenCase) multipart(t *testing.T) (io.Reader, string) {
	t.Helper()
	var headers []textproto.MIMEHeader
	var contents []io.Reader
	for _, p := range c.Form {
		disposition := "form-data; name=" + strconv.Quote(unquoted(t, p[0]))
		var file struct{ File, Filename string }
		var content io.Reader
		switch err := json.Unmarshal(p[1], &file); {
		case err != nil:
			content = strings.NewReader(unquoted(t, p[1]))
		case file.File == "a.txt":
			content = strings.NewReader("hello")
		default:
			content = io.LimitReader(zeros{}, goldenFiles[file.File])
		}
		if file.File != "" {
			disposition += `; filename="` + file.Filename + `"`
		}
		headers = append(headers, textproto.MIMEHeader{"Content-Disposition": {disposition}})
		contents = append(contents, content)
	}
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		for i, header := range headers {
			part, err := form.CreatePart(header)
			if err == nil {
				_, err = io.Copy(part, contents[i])
			}
			if err != nil {
				w.CloseWithError(err)
				return
			}
		}
		w.CloseWithError(form.Close())
	}()
	return r, form.FormDataContentType()
}

// zeros is an endless stream of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
