// Package fakes has fakes of Firebase Cloud Messaging, Google, VK, Apple, RuStore and a mail server on the loopback interface. They answer as the
// services do, errors included, and can be made to fail in many ways. Only tests import it.
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
	Works     Mode = iota // as the provider's
	Fails                 // 500 with an HTML page
	Garbage               // 200 with an HTML page
	Huge                  // 200 with 32 MB of JSON
	Hangs                 // no answer until the caller gives up or the test ends
	Stalls                // a part of an answer, then as Hangs
	Drops                 // the connection is closed without an answer
	Echoes                // an answer that is not HTTP and repeats the request, with its secrets
	Redirects             // 307 to another host, which works
	Gone                  // 410
)

// Server is the HTTP server that Google, VK and Apple share. It is safe for concurrent use.
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

// Set changes the mode of the given paths, or of all if none is given.
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

// Calls returns the number of requests for a path.
func (s *Server) Calls(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[path]
}

// Redirected returns the number of requests that followed a redirect to the other host.
func (s *Server) Redirected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.redirected
}

// Stop stops the server: connections are refused from then on.
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
	case Gone:
		writePage(w, http.StatusGone)
	case Redirects:
		http.Redirect(w, r, s.otherHost.URL+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	}
}

// hang waits until the test ends or the caller gives up, which net/http notices only after the body has been read.
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
