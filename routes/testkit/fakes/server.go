// Package fakes stands in for Google and VK on loopback: it answers as they do, errors included, and fails in every
// way a provider can. Only tests import it.
//
//	google := fakes.NewGoogle(t)
//	testkit.Start(t, func(s *settings.Settings) { s.Google = google.Settings() })
//	token := google.IDToken(fakes.GooglePerson{Sub: "110", Name: "Ivan"})
//	google.Set(fakes.Hangs, fakes.TokenInfo)
package fakes

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Mode is how an endpoint behaves.
type Mode int

const (
	Works     Mode = iota // as the provider's own
	Fails                 // 500 with a page of HTML
	Garbage               // 200 with a page of HTML
	Huge                  // 200 with 32 MB of JSON
	Hangs                 // no answer until the caller gives up or the test ends
	Stalls                // half an answer, and then as Hangs
	Drops                 // the connection is closed without an answer
	Echoes                // an answer that is no HTTP and repeats the request
	Redirects             // 307 to another host, where everything works
)

// Server is what the fakes have in common. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	real      http.Handler
	main      *httptest.Server
	otherHost *httptest.Server
	ended     chan struct{} // closed when the test ends

	mu         sync.Mutex
	all        Mode
	modes      map[string]Mode // by path; else all
	calls      map[string]int  // by path
	redirected int
}

func start(t testing.TB, real http.Handler) *Server {
	s := &Server{real: real, ended: make(chan struct{}), modes: map[string]Mode{}, calls: map[string]int{}}
	s.main = httptest.NewServer(http.HandlerFunc(s.serve))
	s.otherHost = httptest.NewServer(http.HandlerFunc(s.serveOtherHost))
	s.URL = s.main.URL
	t.Cleanup(func() {
		close(s.ended)
		s.main.Close()
		s.otherHost.Close()
	})
	return s
}

// Set changes how the endpoints of those paths behave, or all of them where none is named.
func (s *Server) Set(mode Mode, paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(paths) == 0 {
		s.all = mode
		clear(s.modes)
	}
	for _, path := range paths {
		s.modes[path] = mode
	}
}

// Calls is how many requests for a path came in.
func (s *Server) Calls(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[path]
}

// Redirected is how many requests followed a redirect to the other host.
func (s *Server) Redirected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.redirected
}

// Stop takes the server down for good: connections are refused.
func (s *Server) Stop() { s.main.Close() }

func (s *Server) serveOtherHost(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.redirected++
	s.mu.Unlock()
	s.real.ServeHTTP(w, r)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls[r.URL.Path]++
	mode, own := s.modes[r.URL.Path]
	if !own {
		mode = s.all
	}
	s.mu.Unlock()
	switch mode {
	case Works:
		s.real.ServeHTTP(w, r)
	case Fails:
		writePage(w, http.StatusInternalServerError)
	case Garbage:
		writePage(w, http.StatusOK)
	case Huge:
		spaces := []byte(strings.Repeat(" ", 1<<20))
		for range 32 {
			if _, err := w.Write(spaces); err != nil {
				return
			}
		}
		fmt.Fprint(w, "{}")
	case Hangs:
		s.hang(r)
	case Stalls:
		fmt.Fprint(w, `{"keys":`)
		w.(http.Flusher).Flush()
		s.hang(r)
	case Drops:
		panic(http.ErrAbortHandler)
	case Echoes:
		echo(w, r)
	case Redirects:
		http.Redirect(w, r, s.otherHost.URL+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	}
}

// hang waits until the caller gives up, which is noticed only once the body has been read, or the test ends.
func (s *Server) hang(r *http.Request) {
	io.Copy(io.Discard, r.Body)
	select {
	case <-r.Context().Done():
	case <-s.ended:
	}
}

func writePage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	fmt.Fprint(w, "<html><body><h1>Something went wrong</h1></body></html>")
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "%s %s %s\r\n\r\n", r.URL, r.Header.Get("Authorization"), body)
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}
