package fakes

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/pocketbase/pocketbase/core"
)

// Mail is an SMTP server on 127.0.0.1 that keeps the mails that it takes, and can go wrong at each step. The fields with capital letters are
// set before Start.
type Mail struct {
	Host string
	Port int

	Config         *tls.Config // of the TLS that it offers, nil for none
	TLS            bool        // from the beginning, instead of by STARTTLS
	User, Password string      // that it takes, within TLS, by PLAIN or LOGIN; without a user it offers no sign-in

	t        testing.TB
	listener net.Listener
	roots    *x509.CertPool
	said     transcript
	done     chan struct{} // closed when the test ends

	mu      sync.Mutex
	broken  map[string]string // by step, see Break
	letters []Letter
	changed chan struct{} // closed and replaced with each letter
}

// Letter is a mail as its reader sees it.
type Letter struct {
	From, To string // addresses of the envelope
	Subject  string // decoded
	Text     string // the plain text, decoded
	HTML     string // decoded, "" for none
	Header   mail.Header
}

// NewMail starts an SMTP server that runs until the test ends, without TLS and without a sign-in.
func NewMail(t testing.TB) *Mail {
	t.Helper()
	m := NewUnstartedMail(t)
	m.Config, m.User = nil, ""
	m.Start()
	return m
}

// NewUnstartedMail returns an SMTP server that runs from Start until the test ends. It offers STARTTLS, with a certificate that Roots
// trusts for example.com and 127.0.0.1, and wants a sign-in.
func NewUnstartedMail(t testing.TB) *Mail {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	certified := httptest.NewTLSServer(http.NotFoundHandler())
	certified.Close()
	address := listener.Addr().(*net.TCPAddr)
	m := &Mail{
		Host: address.IP.String(), Port: address.Port, Config: &tls.Config{Certificates: certified.TLS.Certificates}, User: "robot", Password: "secret",
		t: t, listener: listener, roots: x509.NewCertPool(), done: make(chan struct{}), changed: make(chan struct{}),
	}
	m.roots.AddCert(certified.Certificate())
	t.Cleanup(func() {
		close(m.done)
		_ = listener.Close()
	})
	return m
}

// Start takes connections.
func (m *Mail) Start() {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{mail: m}, m.fault("EHLO") }))
	server.Domain, server.MaxMessageBytes, server.TLSConfig, server.Debug = "mail.example", 1<<20, m.Config, &m.said
	server.ErrorLog = log.New(io.Discard, "", 0) // clients that break off are what some tests are about
	listener := net.Listener(faultyListener{m.listener, m})
	if m.TLS {
		listener = tls.NewListener(listener, m.Config)
	}
	go func() { _ = server.Serve(listener) }()
	m.t.Cleanup(func() { server.Close() })
}

// Hang is how a step is broken at which the server says nothing any more.
const Hang = "hang"

// Break makes the server refuse a step ("greeting", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA") by an answer from now on, or Hang at it.
// With "" it does the step again.
func (m *Mail) Break(step, how string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken == nil {
		m.broken = map[string]string{}
	}
	m.broken[step] = how
}

// Letters returns the letters so far.
func (m *Mail) Letters() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.letters)
}

// Roots returns whose certificates to trust.
func (m *Mail) Roots() *x509.CertPool { return m.roots }

// Said returns what both sides of all connections have said so far, decrypted.
func (m *Mail) Said() string { return m.said.String() }

// Settings returns the settings of PocketBase with which it sends its mails here.
func (m *Mail) Settings() map[string]any {
	return map[string]any{"enabled": true, "host": m.Host, "port": m.Port, "tls": m.TLS}
}

// Store changes PocketBase's settings, for testkit.StartStored, so that the server sends its mails here.
func (m *Mail) Store(s *core.Settings) {
	s.SMTP.Enabled, s.SMTP.Host, s.SMTP.Port, s.SMTP.TLS = true, m.Host, m.Port, m.TLS
	s.Meta.SenderName, s.Meta.SenderAddress = "privet", "privet@example.com"
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
	return s.mail.fault("MAIL")
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.next.To = to
	return s.mail.fault("RCPT")
}

// Data implements smtp.Session. A mail that no program could show is refused.
func (s *session) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.mail.fault("DATA"); err != nil {
		return err
	}
	message, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		return err
	}
	s.next.Header = message.Header
	s.next.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(message.Body)
	if err != nil {
		return err
	}
	if s.next.Text, err = part("text/plain", message.Header, bytes.NewReader(body)); err != nil {
		return err
	}
	if s.next.HTML, err = part("text/html", message.Header, bytes.NewReader(body)); err != nil && !errors.Is(err, errNoPart) {
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

// part returns the first part of a mail with a content type, or its body if there are no parts.
func part(wanted string, header interface{ Get(string) string }, body io.Reader) (string, error) {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	if strings.EqualFold(header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	if kind == wanted {
		text, err := io.ReadAll(body)
		return string(text), err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return "", errNoPart
	}
	parts := multipart.NewReader(body, parameters["boundary"])
	for {
		next, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return "", errNoPart
		}
		if err != nil {
			return "", err
		}
		if text, err := part(wanted, next.Header, next); !errors.Is(err, errNoPart) {
			return text, err
		}
	}
}

var errNoPart = errors.New("the mail has no such part")
