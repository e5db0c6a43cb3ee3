package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// mail speaks with the mail server up to where a mail would follow, a line for each step, with the server's own words where it refuses.
func (d *Doctor) mail(ctx context.Context) {
	if d.stored == nil {
		return
	}
	s := d.stored.SMTP
	if !s.Enabled {
		d.say(OK, "mail", "off: the dashboard's Settings → Mail settings name no SMTP server")
		return
	}
	address := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	dialer := &net.Dialer{Timeout: d.patience}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		d.say(Failure, "mail", "connection: %s", unreachable(address, err))
		return
	}
	defer connection.Close()
	m := &mailServer{d: d, settings: s, connection: connection, encryption: &tls.Config{ServerName: s.Host, RootCAs: d.roots, MinVersion: tls.VersionTLS12}}
	greet := func() error { return m.greet(ctx) }
	for _, step := range []func() error{greet, m.encrypt, m.signIn, m.offer} {
		_ = connection.SetDeadline(time.Now().Add(d.patience))
		if err := step(); err != nil {
			d.say(Failure, "mail", "%v", err)
			return
		}
	}
	_ = m.client.Quit()
	d.say(OK, "mail", "to see one arrive: privet test mail ADDRESS")
}

// unreachable says why there is no connection, and who can mend that.
func unreachable(address string, err error) string {
	var name *net.DNSError
	switch {
	case errors.As(err, &name):
		return fmt.Sprintf("%s has no address (%v): look at the host in the dashboard's Settings → Mail settings, and at DNS", address, err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing listens at %s: look at host and port in the dashboard's Settings → Mail settings", address)
	case isTimeout(err):
		return fmt.Sprintf("%s does not answer: a firewall, or the provider of this machine, stops mail at this port; 587 and 465 are open more often than 25", address)
	}
	return fmt.Sprintf("%s can't be reached: %v", address, err)
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// mailServer is a conversation with a mail server. Each step returns what went wrong, with who can mend it.
type mailServer struct {
	d          *Doctor
	settings   core.SMTPConfig
	connection net.Conn
	encryption *tls.Config
	client     *smtp.Client
	state      tls.ConnectionState
	encrypted  bool
}

// greet awaits the greeting and sends EHLO, within TLS where the settings say so.
func (m *mailServer) greet(ctx context.Context) error {
	connection := m.connection
	if m.settings.TLS {
		secure := tls.Client(connection, m.encryption)
		if err := secure.HandshakeContext(ctx); err != nil {
			return m.noTLS(err, "it does not begin with TLS: switch TLS off in the mail settings, and STARTTLS is used")
		}
		m.state, m.encrypted, connection = secure.ConnectionState(), true, secure
	}
	var err error
	if m.client, err = smtp.NewClient(connection, m.settings.Host); err != nil {
		if isTimeout(err) && !m.encrypted {
			return errors.New("greeting: it says nothing; a port that begins with TLS, as 465 does, needs TLS switched on in the mail settings")
		}
		return fmt.Errorf("greeting: %w; that is no mail server, or one that does not want this address", err)
	}
	name := cmp.Or(m.settings.LocalName, m.d.Settings.MailName())
	if err := m.client.Hello(name); err != nil {
		return fmt.Errorf("greeting: it refuses EHLO %s: %w; set the domain that it expects in the mail settings", name, err)
	}
	m.d.say(OK, "mail", "connection: %s answers", net.JoinHostPort(m.settings.Host, strconv.Itoa(m.settings.Port)))
	return nil
}

// encrypt begins TLS, unless it has begun, where the server offers it.
func (m *mailServer) encrypt() error {
	if has, _ := m.client.Extension("STARTTLS"); has && !m.encrypted {
		if err := m.client.StartTLS(m.encryption); err != nil {
			return m.noTLS(err, "it offers STARTTLS and does not do it")
		}
		m.state, m.encrypted = m.client.TLSConnectionState()
	}
	if !m.encrypted {
		m.d.say(Warning, "mail", "TLS: it offers none: mails, and the password, go unencrypted")
		return nil
	}
	m.d.say(OK, "mail", "TLS: %s, its certificate is valid until %s", tls.VersionName(m.state.Version), m.state.PeerCertificates[0].NotAfter.UTC().Format(time.DateOnly))
	return nil
}

// noTLS returns why TLS has not begun.
func (m *mailServer) noTLS(err error, otherwise string) error {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &certificate):
		var wrong x509.HostnameError
		if errors.As(err, &wrong) {
			return fmt.Errorf("TLS: its certificate is not for %s: %w; use the name that it is for as the host", m.settings.Host, certificate.Err)
		}
		return fmt.Errorf("TLS: its certificate is not to be trusted: %w", certificate.Err)
	case errors.As(err, &record), isTimeout(err):
		return fmt.Errorf("TLS: %s", otherwise)
	}
	return fmt.Errorf("TLS: %w", err)
}

// signIn sends user and password, if there are any.
func (m *mailServer) signIn() error {
	s := m.settings
	has, methods := m.client.Extension("AUTH")
	if s.Username == "" && s.Password == "" {
		m.d.say(OK, "mail", "sign-in: none, as the mail settings have no user")
		return nil
	}
	method := cmp.Or(s.AuthMethod, "PLAIN")
	if !has {
		return errors.New("sign-in: it offers none: use another port (587 or 465), or take user and password out of the mail settings")
	}
	if !strings.Contains(" "+strings.ToUpper(methods)+" ", " "+method+" ") {
		return fmt.Errorf("sign-in: it does not offer %s but %s: choose one of these in the mail settings", method, methods)
	}
	var auth smtp.Auth = loginAuth{s.Username, s.Password}
	if method != "LOGIN" {
		auth = smtp.PlainAuth("", s.Username, s.Password, s.Host)
	}
	if err := m.client.Auth(auth); err != nil {
		var refused *textproto.Error
		if errors.As(err, &refused) {
			return fmt.Errorf("sign-in: it refuses user and password: %w", err)
		}
		return fmt.Errorf("sign-in: %w", err)
	}
	m.d.say(OK, "mail", "sign-in: it takes user and password")
	return nil
}

// offer names the sender of mails, and takes that back.
func (m *mailServer) offer() error {
	sender := m.d.stored.Meta.SenderAddress
	if err := m.client.Mail(sender); err != nil {
		var refused *textproto.Error
		if !errors.As(err, &refused) {
			return fmt.Errorf("sender: %w", err)
		}
		if m.settings.Username == "" {
			return fmt.Errorf("sender: it refuses mails from %s: %w; it may want a user and a password", sender, err)
		}
		return fmt.Errorf("sender: it refuses mails from %s: %w; let the mail provider verify it, or change the sender address in the mail settings", sender, err)
	}
	_ = m.client.Reset()
	m.d.say(OK, "mail", "sender: it takes mails from %s", sender)
	return nil
}

// loginAuth is the method LOGIN, which net/smtp lacks.
type loginAuth struct{ user, password string }

// Start implements smtp.Auth.
func (a loginAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS {
		return "", nil, errors.New("the connection is not encrypted")
	}
	return "LOGIN", nil, nil
}

// Next implements smtp.Auth. The server asks for the name, then for the password.
func (a loginAuth) Next(prompt []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if len(prompt) > 0 && (prompt[0] == 'P' || prompt[0] == 'p') {
		return []byte(a.password), nil
	}
	return []byte(a.user), nil
}
