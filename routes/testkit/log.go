package testkit

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/privet/privet/hooks/store"
)

// Log collects what a server prints. It is safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

// FlushLog makes the server print its buffered log lines now.
func (s *Server) FlushLog() {
	s.t.Helper()
	if err := store.FlushLogs(context.Background(), s.App); err != nil {
		s.t.Fatal(err)
	}
}

// String returns everything printed so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// WantLog fails the test unless the server prints text within ten seconds. PocketBase buffers its logs for up to three
// seconds.
func (s *Server) WantLog(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if strings.Contains(s.Log.String(), text) {
			return
		}
	}
	s.t.Errorf("nothing was printed of %q, but: %s", text, s.Log)
}
