package fakes

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// fault returns the error by which a step is to be refused, nil if it isn't. A step at which it hangs ends with the test.
func (m *Mail) fault(step string) error {
	m.mu.Lock()
	answer := m.broken[step]
	m.mu.Unlock()
	if answer == Hang {
		<-m.done
		return net.ErrClosed
	}
	if answer == "" {
		return nil
	}
	number, text, _ := strings.Cut(answer, " ")
	code, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
}

// faultyListener accepts connections whose first answers can be refused, which the library has no way to do.
type faultyListener struct {
	net.Listener
	mail *Mail
}

// Accept implements net.Listener.
func (l faultyListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &faultyConn{Conn: connection, mail: l.mail}, nil
}

type faultyConn struct {
	net.Conn
	mail    *Mail
	greeted bool
}

// Write implements net.Conn. The answers with the code 220 are the greeting and the one to STARTTLS; what follows is encrypted.
func (c *faultyConn) Write(b []byte) (int, error) {
	if !bytes.HasPrefix(b, []byte("220 ")) {
		return c.Conn.Write(b)
	}
	step := "STARTTLS"
	if !c.greeted {
		step, c.greeted = "greeting", true
	}
	err := c.mail.fault(step)
	if refusal := (*smtp.SMTPError)(nil); errors.As(err, &refusal) {
		_, err = fmt.Fprintf(c.Conn, "%d %s\r\n", refusal.Code, refusal.Message)
	} else if err == nil {
		_, err = c.Conn.Write(b)
	}
	return len(b), err
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string {
	if s.mail.User == "" {
		return nil
	}
	return []string{sasl.Plain, sasl.Login}
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	check := func(_, user, password string) error {
		if user != s.mail.User || password != s.mail.Password {
			return smtp.ErrAuthFailed
		}
		return nil
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(check), nil
	case sasl.Login:
		return &loginServer{check: check}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// loginServer is the server of the mechanism LOGIN, of which the library has the client alone.
type loginServer struct {
	check sasl.PlainAuthenticator
	user  *string
}

// Next implements sasl.Server.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch text := string(response); {
	case response == nil:
		return []byte("Username:"), false, nil
	case l.user == nil:
		l.user = &text
		return []byte("Password:"), false, nil
	default:
		return nil, true, l.check("", *l.user, text)
	}
}

// transcript keeps what both sides of all connections say.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

// String returns all that was said so far.
func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
