package testkit

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/pb_public"
	"github.com/privet/privet/routes/desk"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// readLimit is the size up to which bodies are checked. Of longer ones only the status and the headers are.
const readLimit = 1 << 20

// specification is one of the two, prepared for checking exchanges. libopenapi-validator supports all of
// OpenAPI 3.1's JSON Schema.
type specification struct {
	file       string // its name in the repository
	isContract bool   // requests are read as the contract says, and its form of errors holds
	model      *v3.Document
	answers    validator.Validator
	requests   validator.Validator

	validator sync.Mutex // the library modifies its model while it validates
	schemas   sync.Mutex // rendering a schema modifies it
}

// publicSpecification is that of /api/v1 and /storage. In the strict mode a field that is not listed is an error.
var publicSpecification = sync.OnceValues(func() (*specification, error) {
	const file = "openapi.yaml"
	text, err := pb_public.Pages.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return newSpecification("pb_public/"+file, text, true, config.WithStrictMode(),
		config.WithStrictIgnorePaths("$.headers.**", "$.body.errors**")) // body.errors is a map
})

// deskSpecification is that of /api/desk. Its schemas themselves say where a field that is not listed is an error: the strict mode would
// refuse the keys of maps.
var deskSpecification = sync.OnceValues(func() (*specification, error) {
	return newSpecification("routes/desk/openapi.yaml", desk.Specification, false)
})

func newSpecification(file string, text []byte, isContract bool, strictness ...config.Option) (*specification, error) {
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, err
	}
	model, err := document.BuildV3Model()
	if err != nil {
		return nil, err
	}
	return &specification{
		file:       file,
		isContract: isContract,
		model:      &model.Model,
		answers:    validator.NewValidatorFromV3Model(&model.Model, strictness...),
		requests:   validator.NewValidatorFromV3Model(&model.Model, config.WithoutRequestBodyValidation(), config.WithAuthenticationFunc(withToken)),
	}, nil
}

// specificationOf returns the specification that covers a path, nil if none does.
func specificationOf(path string) (*specification, error) {
	switch {
	case strings.HasPrefix(path, "/api/v1/"), strings.HasPrefix(path, "/storage/"):
		return publicSpecification()
	case strings.HasPrefix(path, desk.Base):
		return deskSpecification()
	}
	return nil, nil
}

// CheckedTransport returns a transport that fails the test on every exchange under /api/v1, /storage or /api/desk that does not
// match its specification: an answer whose status or shape is not listed, or a request that succeeds although it is
// not as documented.
func CheckedTransport(t testing.TB, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	return &checkedTransport{t, next}
}

type checkedTransport struct {
	t    testing.TB
	next http.RoundTripper
}

// CloseIdleConnections makes http.Client's method of this name work through the wrapper.
func (c *checkedTransport) CloseIdleConnections() {
	if next, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

// RoundTrip implements http.RoundTripper.
func (c *checkedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	spec, err := specificationOf(request.URL.Path)
	if err != nil {
		c.t.Error("the specification: ", err)
	}
	if spec == nil {
		return c.next.RoundTrip(request)
	}
	sent := &recordedBody{}
	if request.Body != nil && request.Body != http.NoBody {
		request = request.Clone(request.Context())
		sent.ReadCloser = request.Body
		request.Body = sent
	}
	response, err := c.next.RoundTrip(request)
	if err != nil {
		return response, err
	}
	got, err := peek(response)
	if err != nil {
		return response, nil // the caller gets the same error when it reads the body
	}
	if err := wantASCII(request, got); err != nil {
		c.t.Errorf("%s %s answered %.2000s: %v", request.Method, request.URL, got, err)
	}
	if err := spec.check(request, sent, response, got); err != nil {
		c.t.Errorf("%s %s answered %d %.2000s, which %s does not know: %v", request.Method, request.URL, response.StatusCode, got, spec.file, err)
	}
	return response, nil
}

// check compares an exchange with the specification. got is the answer's body, nil if it is not to be checked.
func (s *specification) check(request *http.Request, sent *recordedBody, response *http.Response, got []byte) error {
	s.validator.Lock()
	defer s.validator.Unlock()
	item, methods := s.find(request.URL.Path)
	allowed := strings.Split(strings.ReplaceAll(response.Header.Get("Allow"), " ", ""), ",")
	switch method := s.method(request); {
	case method == http.MethodOptions && (!s.isContract || request.Header.Get("Access-Control-Request-Method") != ""):
		return nil // a browser's preflight
	case item == nil, !s.isContract && !slices.Contains(methods, method):
		return s.component("RouteNotFound", http.StatusNotFound, response, got)
	case response.StatusCode == http.StatusMethodNotAllowed:
		if !slices.Equal(methods, allowed) || slices.Contains(methods, method) {
			return fmt.Errorf("allowed are %v", methods)
		}
		return s.component("MethodNotAllowed", http.StatusMethodNotAllowed, response, got)
	case method == http.MethodOptions:
		if joined := strings.Join(methods, ","); response.Header.Get("Allow") != joined {
			return fmt.Errorf("allowed are %s", joined)
		}
		return nil
	case !slices.Contains(methods, method):
		return fmt.Errorf("there is no method %s", method)
	default:
		return s.exchange(method, request, sent, response, got)
	}
}

// exchange checks a request that belongs to an operation, and its answer.
func (s *specification) exchange(method string, request *http.Request, sent *recordedBody, response *http.Response, got []byte) error {
	asked := request.Clone(request.Context())
	asked.URL.Path, asked.Body = strings.TrimSuffix(asked.URL.Path, "/"), http.NoBody
	asked.Method = method
	if method == http.MethodHead {
		asked.Method = http.MethodGet
	}
	answered := *response
	answered.Body = io.NopCloser(bytes.NewReader(got))
	if got == nil {
		return s.status(asked, response)
	}
	if ok, faults := s.answers.ValidateHttpResponse(asked, &answered); !ok {
		return joinErrors(faults)
	}
	body, whole := sent.content()
	if response.StatusCode >= 300 || !whole {
		return nil
	}
	return s.request(asked, body)
}
