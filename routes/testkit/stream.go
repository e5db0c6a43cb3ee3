package testkit

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// Stream is an event stream of PocketBase's realtime API, as a browser's EventSource opens it.
type Stream struct {
	ID     string
	Events chan Event // closed when the stream ends

	s *Server
}

// Event is a message on a stream.
type Event struct {
	Name string // the topic
	Data string // JSON
}

// OpenStream opens a stream until the test ends. A browser sends no token here; other clients may.
func (s *Server) OpenStream(token ...string) *Stream {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/realtime", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header["Authorization"] = token
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { cancel(); answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		s.t.Fatal(answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	next := func() (e Event, ok bool) {
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ":")
			switch value = strings.TrimSpace(value); {
			case name == "event":
				e.Name = value
			case name == "data":
				e.Data = value
			case name == "" && e.Name != "":
				return e, true
			}
		}
		return e, false
	}
	first, _ := next()
	var connected struct{ ClientID string }
	if err := json.Unmarshal([]byte(first.Data), &connected); err != nil {
		s.t.Fatal(err)
	}
	st := &Stream{ID: connected.ClientID, Events: make(chan Event, 100), s: s}
	go func() {
		defer close(st.Events)
		for e, ok := next(); ok; e, ok = next() {
			st.Events <- e
		}
	}()
	return st
}

// Subscribe sets the topics of a stream.
func (st *Stream) Subscribe(token string, topics ...string) *Answer {
	return st.s.Post("/api/realtime").As(token).JSON(map[string]any{"clientId": st.ID, "subscriptions": topics}).Do()
}
