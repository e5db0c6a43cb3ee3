package testkit

import (
	"testing"
	"time"
)

// Await waits until a condition holds. If it does not within the limit, the test fails with a text that says so.
func Await(t testing.TB, limit time.Duration, otherwise string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}

// AwaitHealth waits until /api/health answers with a status, and returns the answer.
func (s *Server) AwaitHealth(limit time.Duration, status int) *Answer {
	s.t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		answer := s.Get("/api/health").Do()
		if answer.Status == status {
			return answer
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the server's health does not become %d: %s", status, answer.Body)
		}
	}
}
