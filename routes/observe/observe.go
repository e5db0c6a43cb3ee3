// Package observe stands around the whole server: it gives each request an id, counts and times it (package telemetry),
// and writes the access log.
//
//   - observe.go: the handler, and the ids
//   - writer.go: what it knows of an answer
//   - access.go: the access log
//   - lone.go: a warning where all clients seem to be one
package observe

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/settings"
)

// Header is the header of an answer that has the request's id.
const Header = "X-Request-Id"

// maxID is the longest id that a proxy may give a request.
const maxID = 128

// Config is what an Observer needs of the server.
type Config struct {
	Logger  func() *slog.Logger
	Access  *slog.Logger                             // of the access log; nil: there is none
	Trusted settings.Networks                        // proxies, whose ids are kept
	Client  func(*http.Request) string               // the client's address, once the forwarded headers are resolved
	Count   func(Seen)                               // told of each request that has ended; nil: nobody is
	Begin   func() (end func())                      // counts the requests under way; nil: nobody does
	Failed  func(http.ResponseWriter, *http.Request) // answers a request that panicked
}

// Seen is a request that has ended.
type Seen struct {
	Method   string // as it was sent
	Route    string // the pattern that matched, without a method; "" for none
	Status   int
	Bytes    int64 // of the answer's body, as sent
	Duration time.Duration
}

// StatusAborted is the status of a request that got no answer, as its handler gave it up: nginx's for a client that has
// hung up.
const StatusAborted = 499

// Observer observes the requests of a server.
type Observer struct {
	Config
	lone lone
}

// New returns an Observer.
func New(c Config) *Observer { return &Observer{Config: c, lone: lone{now: time.Now}} }

// Wrap returns a handler that answers as next does. It has to be the outermost.
func (o *Observer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		if o.Begin != nil {
			defer o.Begin()()
		}
		request := &logs.Request{ID: o.id(r)}
		w.Header()[Header] = []string{request.ID}
		// Others change these in place.
		method, path, forwarded := r.Method, r.URL.Path, r.Header.Get("X-Forwarded-For") != ""
		r = r.WithContext(logs.WithRequest(r.Context(), request))
		answer := &writer{ResponseWriter: w}
		defer func() {
			cause, isWhole := recover(), true
			if cause != nil {
				isWhole = o.recovered(answer, r, cause)
			}
			seen := Seen{Method: method, Route: routeOf(r), Status: answer.statusOr(cause != nil), Bytes: answer.bytes, Duration: time.Since(began)}
			if o.Count != nil {
				o.Count(seen)
			}
			if o.Access != nil {
				o.logAccess(seen, r, request, path)
			}
			if !isWhole {
				panic(http.ErrAbortHandler) // closes the connection, without a line of net/http's own
			}
		}()
		next.ServeHTTP(answer, r)
		if path != "/api/health" {
			o.lone.note(func() string { return o.Client(r) }, forwarded, o.Logger)
		}
	})
}

// recovered logs a panic that nothing further in has recovered, and answers it if nothing has been sent. It reports whether the answer is
// whole: of another one the client can only be told by the end of the connection.
func (o *Observer) recovered(answer *writer, r *http.Request, cause any) (isWhole bool) {
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return false // on purpose
	}
	o.Logger().ErrorContext(r.Context(), "a request panicked", "method", r.Method, "path", r.URL.Path,
		"error", fmt.Sprint(cause), "stack", string(debug.Stack()))
	if answer.status != 0 {
		return false
	}
	o.Failed(answer, r)
	return true
}

// id returns the id of a request: a trusted proxy's if it has given one, by which its own log names the request, else a
// new one. Strangers' are ignored, as they could be made up to hide among others.
func (o *Observer) id(r *http.Request) string {
	if sent := r.Header.Get(Header); sent != "" && isID(sent) {
		if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && o.Trusted.Contains(peer.Addr()) {
			return sent
		}
	}
	return NewID()
}

// NewID returns a new id, which nobody can tell from the others.
func NewID() string {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], rand.Uint64())
	return hex.EncodeToString(id[:])
}

// isID reports whether a text can be an id: up to maxID letters, digits and characters that need no quotes in a log.
func isID(text string) bool {
	if len(text) > maxID {
		return false
	}
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("-_.:/+=@~", rune(c)) {
			return false
		}
	}
	return true
}

// routeOf returns the pattern of the route that a request matched, without its method.
func routeOf(r *http.Request) string {
	if _, path, ok := strings.Cut(r.Pattern, " "); ok {
		return path
	}
	return r.Pattern
}
