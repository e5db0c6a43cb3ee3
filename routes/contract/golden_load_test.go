package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// goldens are recorded answers of Laravel 10 with the documented rules, which the server must reproduce.
type goldens struct {
	Validation []validationGolden `json:"validation"`
	Responses  []responseGolden   `json:"responses"`
	Tokens     []tokenGolden      `json:"tokens"`
	Throttle   []throttleGolden   `json:"throttle"`
	Pages      []pageGolden       `json:"pagination_cases"`
	Windows    struct {
		Cells map[string]map[string]string `json:"by_last_page_then_current_page"`
	} `json:"pagination_windows"`
}

var loadOnce = sync.OnceValues(func() (*goldens, error) {
	data, err := os.ReadFile("../laravel/testdata/laravel.json")
	if err != nil {
		return nil, err
	}
	g := &goldens{}
	return g, json.Unmarshal(data, g)
})

// loadGoldens reads the recording, which package laravel shares.
func loadGoldens(t *testing.T) *goldens {
	t.Helper()
	g, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Validation) == 0 || len(g.Responses) == 0 || len(g.Tokens) == 0 || len(g.Throttle) == 0 || len(g.Pages) == 0 || len(g.Windows.Cells) == 0 {
		t.Fatal("a part of the goldens is empty")
	}
	return g
}

// validationGolden is a recorded request and the result of Laravel's validator. Status 200 means that it passed.
type validationGolden struct {
	ID          string               `json:"id"`
	Ruleset     string               `json:"ruleset"`
	ContentType string               `json:"content_type"`
	Body        string               `json:"body"`
	Form        [][2]json.RawMessage `json:"form"`
	Expected    struct {
		Status    int             `json:"status"`
		Message   string          `json:"message"`
		Errors    json.RawMessage `json:"errors"`
		Validated map[string]any  `json:"validated"` // what the controller saw
	} `json:"expected"`
}

// formFile is a value of a form that is a file.
type formFile struct {
	File, Filename, Type string
}

// content returns the content of a golden's file. The recorded files are neither pictures nor videos, which this server
// rejects: in the field media a file that isn't empty is replaced by one that passes, unless verbatim.
func (f formFile) content(field string, verbatim bool) io.Reader {
	sizes := map[string]int64{"max.bin": 614398976, "max1.bin": 614398977, "max2.bin": 614400000}
	switch {
	case f.File == "a.txt" && (field != "media" || verbatim):
		return strings.NewReader("hello")
	case f.File == "a.txt":
		return bytes.NewReader(testkit.PNG())
	case f.File == "empty.bin":
		return strings.NewReader("")
	}
	head := testkit.Clip(24).Content
	return io.MultiReader(bytes.NewReader(head), io.LimitReader(zeros{}, sizes[f.File]-int64(len(head))))
}

// zeros is an endless stream of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// put returns a request to path with the golden's input.
func (c *validationGolden) put(s *testkit.Server, path string, verbatim bool) *testkit.Request {
	switch c.ContentType {
	case "query":
		return s.Get(path + "?" + c.pairs())
	case "json":
		return s.Post(path).JSON(c.Body)
	case "urlencoded":
		return s.Post(path).Raw("application/x-www-form-urlencoded", strings.NewReader(c.pairs()))
	}
	contentType, body := c.multipart(verbatim)
	return s.Post(path).Raw(contentType, body)
}

// pairs returns the golden's form URL-encoded.
func (c *validationGolden) pairs() string {
	var parts []string
	for _, pair := range c.Form {
		parts = append(parts, url.QueryEscape(text(pair[0]))+"="+url.QueryEscape(text(pair[1])))
	}
	return strings.Join(parts, "&")
}

// multipart returns the golden's form as a stream, so that its large files needn't be in memory.
func (c *validationGolden) multipart(verbatim bool) (contentType string, body io.Reader) {
	var readers []io.Reader
	buffer := &bytes.Buffer{}
	form := multipart.NewWriter(buffer)
	for _, pair := range c.Form {
		name := text(pair[0])
		header := textproto.MIMEHeader{}
		disposition := "form-data; name=" + strconv.Quote(name)
		content := io.Reader(nil)
		var file formFile
		if json.Unmarshal(pair[1], &file) == nil {
			disposition += `; filename="` + file.Filename + `"`
			header.Set("Content-Type", file.Type)
			content = file.content(name, verbatim)
		} else {
			content = strings.NewReader(text(pair[1]))
		}
		header.Set("Content-Disposition", disposition)
		_, _ = form.CreatePart(header) // writing to a buffer can't fail
		readers = append(readers, bytes.NewReader(bytes.Clone(buffer.Bytes())), content)
		buffer.Reset()
	}
	_ = form.Close()
	return form.FormDataContentType(), io.MultiReader(append(readers, buffer)...)
}

// text decodes a JSON string of the goldens.
func text(raw json.RawMessage) string {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		panic(fmt.Sprintf("%s: %v", raw, err))
	}
	return s
}

// member is a key of a JSON object with its value.
type member struct {
	Key   string
	Value any
}

// object is a JSON object with the order of its keys.
type object []member

// get returns the value of a key, nil if it doesn't exist.
func (o object) get(key string) any {
	for _, m := range o {
		if m.Key == key {
			return m.Value
		}
	}
	return nil
}

// ordered decodes JSON into object, []any, string, bool, nil and json.Number, so that a comparison includes the order
// of keys and the format of numbers.
func ordered(t *testing.T, raw []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	value, err := orderedValue(decoder)
	if err == nil {
		if _, err = decoder.Token(); err == io.EOF {
			return value
		}
	}
	t.Fatalf("no JSON (%v): %.300q", err, raw)
	return nil
}

func orderedValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		o := object{}
		for decoder.More() {
			key, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			value, err := orderedValue(decoder)
			if err != nil {
				return nil, err
			}
			o = append(o, member{key.(string), value})
		}
		_, err := decoder.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, err := orderedValue(decoder)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := decoder.Token()
		return list, err
	}
	return token, nil
}

// wantBody fails the test unless the answer has the status and the body, including the order of its keys.
func wantBody(t *testing.T, answer *testkit.Answer, status int, body string) {
	t.Helper()
	if answer.Status != status {
		t.Fatalf("got %d %.600s\nwant %d %s", answer.Status, answer.Body, status, body)
	}
	got, want := ordered(t, answer.Body), ordered(t, []byte(body))
	if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
		t.Fatalf("got  %.600s\nwant %s", answer.Body, body)
	}
}

// unused fails the test for entries of a table of exceptions that no golden has, so that no table outlives its use.
func unused[V any](t *testing.T, table map[string]V, used map[string]bool) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if !used[name] {
			t.Errorf("no golden is called %q", name)
		}
	}
}

// invalidBody returns the body of a validation error with one message.
func invalidBody(field, message string) string {
	m, _ := json.Marshal(message)
	return fmt.Sprintf(`{"message":%s,"errors":{%q:[%s]}}`, m, field, m)
}

const unauthorized = `{"status":"error","message":"Unauthorized"}`
