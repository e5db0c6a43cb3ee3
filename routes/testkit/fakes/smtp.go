package fakes

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// SMTP is a mail server on 127.0.0.1 that can go wrong at each step, and keeps no mails as Mail does. It offers STARTTLS, with a certificate that Roots trusts for example.com and 127.0.0.1, wants a
// sign-in, and takes all mails, unless its fields say otherwise. Set them before it is used.
type SMTP struct {
	Host   string
	Port   int
	Config *tls.Config // what it offers; nil: no TLS
	TLS    bool        // from the beginning

	User, Password string            // that it takes by PLAIN or LOGIN; without them it offers no sign-in
	Refuse         map[string]string // what it answers to a command, by its first word ("EHLO", "MAIL"; "greeting"), in place of its own answer
	Silent         string            // the command after which it says nothing any more, "" for none

	roots    *x509.CertPool
	mu       sync.Mutex
	commands []string
	done     chan struct{}
	listener net.Listener
	running  sync.WaitGroup
}

// NewSMTP returns a mail server that runs from Start, until the test ends. Its fields are set before.
func NewSMTP(t testing.TB) *SMTP {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	certified := httptest.NewTLSServer(http.NotFoundHandler())
	certified.Close()
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	address := listener.Addr().(*net.TCPAddr)
	s := &SMTP{Host: address.IP.String(), Port: address.Port, Config: &tls.Config{Certificates: certified.TLS.Certificates},
		User: "robot", Password: "secret", roots: roots, done: make(chan struct{}), listener: listener}
	t.Cleanup(s.running.Wait)
	t.Cleanup(func() {
		close(s.done)
		_ = listener.Close()
	})
	return s
}

// Start takes connections.
func (s *SMTP) Start() {
	s.running.Go(func() {
		for {
			connection, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.running.Go(func() {
				defer connection.Close()
				stop := make(chan struct{})
				defer close(stop)
				s.running.Go(func() {
					select {
					case <-s.done:
						_ = connection.Close()
					case <-stop:
					}
				})
				s.serve(connection)
			})
		}
	})
}

// Roots returns whose certificates to trust.
func (s *SMTP) Roots() *x509.CertPool { return s.roots }

// Commands returns the first words of all commands so far.
func (s *SMTP) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.commands...)
}

// serve speaks with one client.
func (s *SMTP) serve(connection net.Conn) {
	if s.TLS {
		connection = tls.Server(connection, s.Config)
	}
	encrypted := s.TLS
	in := bufio.NewReader(connection)
	say := func(command, answer string) bool {
		if s.Silent == command {
			<-s.done
			return false
		}
		if other := s.Refuse[command]; other != "" {
			answer = other
		}
		_, err := fmt.Fprint(connection, answer, "\r\n")
		return err == nil
	}
	if !say("greeting", "220 mail.example.com ESMTP") {
		return
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Fields(line)
		if len(words) == 0 {
			return
		}
		command := strings.ToUpper(words[0])
		s.mu.Lock()
		s.commands = append(s.commands, command)
		s.mu.Unlock()
		answer := "250 ok"
		switch command {
		case "EHLO":
			answer = "250-mail.example.com"
			if s.Config != nil && !encrypted {
				answer += "\r\n250-STARTTLS"
			}
			if s.User != "" {
				answer += "\r\n250-AUTH PLAIN LOGIN"
			}
			answer += "\r\n250 SIZE 1000000"
		case "STARTTLS":
			answer = "220 go on"
		case "AUTH":
			answer = s.signIn(words, func(question string) string {
				_, _ = fmt.Fprint(connection, question, "\r\n")
				reply, _ := in.ReadString('\n')
				return strings.TrimSpace(reply)
			})
		case "DATA":
			if !say(command, "354 go on") {
				return
			}
			for line != ".\r\n" {
				if line, err = in.ReadString('\n'); err != nil {
					return
				}
			}
		case "QUIT":
			say(command, "221 bye")
			return
		}
		if !say(command, answer) {
			return
		}
		if command == "STARTTLS" && s.Refuse[command] == "" {
			connection, encrypted = tls.Server(connection, s.Config), true
			in = bufio.NewReader(connection)
		}
	}
}

// signIn answers AUTH. ask sends a question and returns the reply.
func (s *SMTP) signIn(words []string, ask func(question string) string) string {
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	switch {
	case len(words) == 3 && words[1] == "PLAIN" && words[2] == encode("\x00"+s.User+"\x00"+s.Password),
		len(words) == 2 && words[1] == "LOGIN" && ask("334 "+encode("Username:")) == encode(s.User) && ask("334 "+encode("Password:")) == encode(s.Password):
		return "235 welcome"
	}
	return "535 5.7.8 user or password are wrong"
}
