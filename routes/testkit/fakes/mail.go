package fakes

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Mail is an SMTP server that keeps the mails that it takes.
type Mail struct {
	Port int

	t       testing.TB
	mu      sync.Mutex
	letters []Letter
	changed chan struct{} // closed and replaced with each letter
}

// Letter is a mail as its reader sees it.
type Letter struct {
	From, To string // addresses of the envelope
	Subject  string // decoded
	Text     string // the plain text, decoded
}

// NewMail starts an SMTP server on 127.0.0.1 that runs until the test ends.
func NewMail(t testing.TB) *Mail {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &Mail{Port: listener.Addr().(*net.TCPAddr).Port, t: t, changed: make(chan struct{})}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{mail: m}, nil }))
	server.Domain, server.MaxMessageBytes = "mail.example", 1<<20
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return m
}

// Settings returns the settings of PocketBase with which it sends its mails here.
func (m *Mail) Settings() map[string]any {
	return map[string]any{"enabled": true, "host": "127.0.0.1", "port": m.Port, "tls": false}
}

// Wait returns the letters with a text in their subject once there are count of them. It fails the test after the timeout.
func (m *Mail) Wait(subject string, count int, timeout time.Duration) (found []Letter) {
	m.t.Helper()
	deadline := time.After(timeout)
	for {
		m.mu.Lock()
		found = nil
		for _, l := range m.letters {
			if strings.Contains(l.Subject, subject) {
				found = append(found, l)
			}
		}
		changed := m.changed
		m.mu.Unlock()
		if len(found) >= count {
			return found
		}
		select {
		case <-changed:
		case <-deadline:
			m.t.Fatalf("there are %d mails %q after %s, want %d", len(found), subject, timeout, count)
		}
	}
}

// session is one client's.
type session struct {
	mail *Mail
	next Letter
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.next.From = from
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.next.To = to
	return nil
}

// Data implements smtp.Session. A mail that no program could show is refused.
func (s *session) Data(r io.Reader) error {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	s.next.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return err
	}
	if s.next.Text, err = plainText(message.Header, message.Body); err != nil {
		return err
	}
	s.mail.mu.Lock()
	defer s.mail.mu.Unlock()
	s.mail.letters = append(s.mail.letters, s.next)
	close(s.mail.changed)
	s.mail.changed = make(chan struct{})
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.next = Letter{} }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// plainText returns the first part of a mail that is plain text, or its body if there are no parts.
func plainText(header interface{ Get(string) string }, body io.Reader) (string, error) {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	if strings.EqualFold(header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	if kind == "text/plain" {
		text, err := io.ReadAll(body)
		return string(text), err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return "", errNoText
	}
	parts := multipart.NewReader(body, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return "", errNoText
		}
		if err != nil {
			return "", err
		}
		if text, err := plainText(part.Header, part); !errors.Is(err, errNoText) {
			return text, err
		}
	}
}

var errNoText = errors.New("the mail has no plain text")
