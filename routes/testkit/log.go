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

// AwaitLogRows returns the sizes, in characters, of the rows of PocketBase's log for which an SQL condition holds, once there are
// any: PocketBase adds the row of a request after its answer.
func (s *Server) AwaitLogRows(condition string) (sizes []int) {
	s.t.Helper()
	Await(s.t, Soon, "no row of the log with "+condition, func() bool {
		s.FlushLog()
		if err := s.App.AuxDB().NewQuery("SELECT length(message) + length(data) FROM _logs WHERE " + condition).Column(&sizes); err != nil {
			s.t.Fatal(err)
		}
		return len(sizes) > 0
	})
	return sizes
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
