package fakes

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Reply is a push service's answer to a message. The zero Reply accepts it.
type Reply struct {
	Status     int    // of an error; 0 accepts the message
	Code       string // the errorCode of the FcmError; "" sends none
	Details    []any  // further details
	Text       string // the whole body, instead of JSON
	RetryAfter int    // the header of this name in seconds; 0 sends none
	RetryText  string // the header's text, instead of RetryAfter
	Drop       bool   // close the connection without an answer
	Hang       bool   // send no answer until the caller gives up
}

// inbox holds what a push service has accepted, and decides what it accepts.
type inbox struct {
	t testing.TB

	mu       sync.Mutex
	answer   func(Message) Reply
	accepted []Message
	asked    int           // how many messages have come, accepted or not
	changed  chan struct{} // closed and replaced with each accepted message
}

func newInbox(t testing.TB) inbox { return inbox{t: t, changed: make(chan struct{})} }

// Answer sets the function that decides on the reply to each message; nil accepts all.
func (b *inbox) Answer(reply func(Message) Reply) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = reply
}

// Always returns a function for Answer that gives every message the same reply.
func Always(r Reply) func(Message) Reply { return func(Message) Reply { return r } }

// receive answers a message. receipt returns the answer to the one with the given number that is accepted.
func (b *inbox) receive(w http.ResponseWriter, r *http.Request, m Message, receipt func(number int) any) {
	m.At = time.Now()
	b.mu.Lock()
	answer := b.answer
	b.asked++
	b.mu.Unlock()
	var reply Reply
	if answer != nil {
		reply = answer(m)
	}
	if reply.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(reply.RetryAfter))
	} else if reply.RetryText != "" {
		w.Header().Set("Retry-After", reply.RetryText)
	}
	switch {
	case reply.Hang:
		<-r.Context().Done()
	case reply.Drop:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	case reply.Text != "":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(reply.Status)
		_, _ = w.Write([]byte(reply.Text))
	case reply.Status != 0:
		writeJSON(w, reply.Status, serviceError(reply))
	default:
		b.mu.Lock()
		b.accepted = append(b.accepted, m)
		number := len(b.accepted)
		close(b.changed)
		b.changed = make(chan struct{})
		b.mu.Unlock()
		writeJSON(w, http.StatusOK, receipt(number))
	}
}

// serviceError returns the body of an error as FCM words it, which RuStore repeats.
func serviceError(r Reply) any {
	names := map[int]string{400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
		429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
	e := map[string]any{"code": r.Status, "message": "the fake says " + names[r.Status], "status": names[r.Status]}
	details := r.Details
	if r.Code != "" {
		details = append([]any{map[string]string{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": r.Code}}, details...)
	}
	if len(details) > 0 {
		e["details"] = details
	}
	return map[string]any{"error": e}
}

// Asked returns how many messages have come, accepted or not.
func (b *inbox) Asked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// Accepted returns the messages that were accepted since the start or the last Reset.
func (b *inbox) Accepted() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Message(nil), b.accepted...)
}

// Wait returns the accepted messages once there are count of them. It fails the test after the timeout.
func (b *inbox) Wait(count int, timeout time.Duration) []Message {
	b.t.Helper()
	deadline := time.After(timeout)
	for {
		b.mu.Lock()
		accepted, changed := len(b.accepted), b.changed
		b.mu.Unlock()
		if accepted >= count {
			return b.Accepted()
		}
		select {
		case <-changed:
		case <-deadline:
			b.t.Fatalf("the push service has %d messages after %s, want %d", accepted, timeout, count)
		}
	}
}

// Reset removes the messages accepted so far.
func (b *inbox) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accepted = nil
}

// Summary returns a line for each message, sorted: the push token, the type and the title.
func Summary(messages []Message) string {
	var lines []string
	for _, m := range messages {
		lines = append(lines, m.Token+" "+m.Type()+" "+m.Notification.Title)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
