package testkit

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"unicode"

	faults "github.com/pb33f/libopenapi-validator/errors"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// recordedBody is a request body that records its first bytes, up to readLimit and one more, while they are sent.
type recordedBody struct {
	io.ReadCloser
	mu       sync.Mutex // net/http may continue to send after the answer
	recorded bytes.Buffer
	end      bool
}

// Read implements io.Reader.
func (c *recordedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := readLimit + 1 - c.recorded.Len(); room > 0 {
		c.recorded.Write(p[:min(n, room)])
	}
	c.end = c.end || errors.Is(err, io.EOF)
	return n, err
}

// content returns the bytes that were sent. whole reports whether they are the entire body.
func (c *recordedBody) content() (body []byte, whole bool) {
	if c.ReadCloser == nil {
		return nil, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.recorded.Bytes()), c.end && c.recorded.Len() <= readLimit
}

// peek returns the body of an answer, decompressed, and leaves it in place to be read again. It returns nil for a body
// that is neither JSON nor text, or that is longer than readLimit.
func peek(response *http.Response) ([]byte, error) {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if kind != "application/json" && kind != "text/plain" || response.ContentLength > readLimit || response.Request.Method == http.MethodHead {
		return nil, nil
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, readLimit+1))
	rest := io.Reader(response.Body)
	if err != nil {
		rest = failing{err}
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(raw), rest), response.Body}
	switch {
	case err != nil || len(raw) > readLimit:
		return nil, err
	case response.Header.Get("Content-Encoding") != "gzip":
		return raw, nil
	}
	plain, err := gzip.NewReader(bytes.NewReader(raw)) // the test asked for gzip by itself; else net/http undoes it
	if err != nil {
		return nil, err
	}
	return io.ReadAll(plain)
}

// wantASCII checks that an answer of the API is pure ASCII (contract section 1, body).
func wantASCII(request *http.Request, got []byte) error {
	at := bytes.IndexFunc(got, func(r rune) bool { return r > unicode.MaxASCII })
	if at < 0 || !strings.HasPrefix(request.URL.Path, "/api/v1/") {
		return nil
	}
	return fmt.Errorf("byte %d, %q, is not ASCII", at, got[at])
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// method returns the method that the server sees: a POST request of the contract may override it by a header or a parameter,
// as in Symfony.
func (s *specification) method(r *http.Request) string {
	if r.Method != http.MethodPost || !s.isContract {
		return r.Method
	}
	named := r.Header.Get("X-HTTP-Method-Override")
	if named == "" {
		named = r.URL.Query().Get("_method")
	}
	switch named = strings.ToUpper(named); named {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return named
	}
	return http.MethodPost
}

// find returns the documented path that matches a URL's path, and its methods in the order in which the header Allow
// lists them. It returns nil if none matches.
func (s *specification) find(address string) (item *v3.PathItem, methods []string) {
	if s.isContract {
		address = strings.TrimSuffix(address, "/")
	}
	if path.Clean(address) != address {
		return nil, nil
	}
	segments := strings.Split(address, "/")
	for template, item := range s.model.Paths.PathItems.FromOldest() {
		parts := strings.Split(template, "/")
		if len(parts) != len(segments) {
			continue
		}
		same := true
		for i, part := range parts {
			same = same && (part == segments[i] || strings.HasPrefix(part, "{") && segments[i] != "")
		}
		if !same {
			continue
		}
		if item.Get != nil {
			methods = append(methods, http.MethodGet, http.MethodHead)
		}
		if item.Post != nil {
			methods = append(methods, http.MethodPost)
		}
		return item, methods
	}
	return nil, nil
}

// status checks only that an answer's status and media type are listed.
func (s *specification) status(request *http.Request, response *http.Response) error {
	item, _ := s.find(request.URL.Path)
	listed := item.GetOperations().GetOrZero(strings.ToLower(request.Method)).Responses.Codes.GetOrZero(strconv.Itoa(response.StatusCode))
	if listed == nil {
		return errors.New("the status is not listed")
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if listed.Content == nil || response.StatusCode == http.StatusNotModified {
		return nil
	}
	for pattern := range listed.Content.KeysFromOldest() {
		if matched, _ := path.Match(pattern, kind); matched {
			return nil
		}
	}
	return fmt.Errorf("the kind %q is not listed", kind)
}

// component checks an answer that belongs to no operation against a schema of components/responses.
func (s *specification) component(name string, status int, response *http.Response, got []byte) error {
	if response.StatusCode != status {
		return fmt.Errorf("it should be %d %s", status, name)
	}
	if got == nil {
		return nil
	}
	schema := s.model.Components.Responses.GetOrZero(name).Content.GetOrZero("application/json").Schema.Schema()
	s.schemas.Lock()
	defer s.schemas.Unlock()
	if ok, found := schema_validation.NewSchemaValidator().ValidateSchemaBytes(schema, got); !ok {
		return joinErrors(found)
	}
	return nil
}

// joinErrors returns the validator's findings as one error, a line each.
func joinErrors(found []*faults.ValidationError) error {
	var lines []string
	for _, fault := range found {
		line := fault.Message + ": " + fault.Reason
		for _, inner := range fault.SchemaValidationErrors {
			line += fmt.Sprintf("; %s: %s", inner.FieldPath, inner.Reason)
		}
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}
