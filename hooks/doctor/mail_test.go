package doctor

import (
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/pocketbase/pocketbase/core"
)

// Each step with the mail server is a line, and the one that fails says whose fault it is.
func TestMail(t *testing.T) {
	t.Parallel()
	untrusted := func(*fakes.Mail, *core.SMTPConfig) {}
	plain := func(server *fakes.Mail, s *core.SMTPConfig) { // no TLS, and no sign-in that it would protect
		server.Config, server.User = nil, ""
		s.Username, s.Password = "", ""
	}
	for name, c := range map[string]struct {
		set  func(*fakes.Mail, *core.SMTPConfig)
		want []string // the beginnings of the lines
	}{
		"works, unencrypted": {plain, []string{"ok connection: 127.0.0.1:", "warning TLS: it offers none", "ok sign-in: none", "ok sender: it takes mails from noreply@example.com", "ok to see"}},
		"nobody listens": {func(_ *fakes.Mail, s *core.SMTPConfig) {
			free, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s.Port = free.Addr().(*net.TCPAddr).Port
			_ = free.Close()
		}, []string{"FAIL connection: nothing listens at 127.0.0.1:"}},
		"no such host": {func(_ *fakes.Mail, s *core.SMTPConfig) { s.Host = "mail.invalid" }, []string{"FAIL connection: mail.invalid:"}},
		"refused at once": {func(server *fakes.Mail, _ *core.SMTPConfig) {
			server.Break("greeting", "554 5.7.1 no service for your address")
		}, []string{"FAIL greeting: 554 \"5.7.1 no service for your address\"; that is no mail server, or"}},
		"silent": {func(server *fakes.Mail, _ *core.SMTPConfig) { server.Break("greeting", fakes.Hang) }, []string{"FAIL greeting: it says nothing; a port that begins with TLS"}},
		"no TLS at the beginning": {func(server *fakes.Mail, s *core.SMTPConfig) {
			plain(server, s)
			s.TLS = true
		}, []string{"FAIL TLS: it does not begin with TLS: switch TLS off"}},
		"another name": {func(server *fakes.Mail, _ *core.SMTPConfig) {
			server.Break("EHLO", "501 bad domain")
		}, []string{"FAIL greeting: it refuses EHLO localhost: 501 \"bad domain\"; set the domain"}},
		"untrusted certificate": {untrusted, []string{"ok connection:", "FAIL TLS: its certificate is not to be trusted: x509"}},
		"silent after STARTTLS": {func(server *fakes.Mail, _ *core.SMTPConfig) { server.Break("STARTTLS", fakes.Hang) }, []string{"ok connection:", "FAIL TLS: it offers STARTTLS and does not do it"}},
		"no STARTTLS after all": {func(server *fakes.Mail, _ *core.SMTPConfig) {
			server.Break("STARTTLS", "454 not now")
		}, []string{"ok connection:", "FAIL TLS: 454 \"not now\""}},
		"no sign-in": {func(server *fakes.Mail, _ *core.SMTPConfig) { server.Config, server.User = nil, "" },
			[]string{"ok connection:", "warning TLS:", "FAIL sign-in: it offers none: use another port"}},
		"a sender that it does not know": {func(server *fakes.Mail, s *core.SMTPConfig) {
			plain(server, s)
			server.Break("MAIL", "553 5.1.8 not your domain")
		}, []string{"ok connection:", "warning TLS:", "ok sign-in:", "FAIL sender: it refuses mails from noreply@example.com: 553 \"5.1.8 not your domain\"; it may want a user"}},
		"silent at the sender": {func(server *fakes.Mail, s *core.SMTPConfig) {
			plain(server, s)
			server.Break("MAIL", fakes.Hang)
		}, []string{"ok connection:", "warning TLS:", "ok sign-in:", "FAIL sender: read tcp"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := fakes.NewUnstartedMail(t)
			s := core.SMTPConfig{Enabled: true, Host: server.Host, Port: server.Port, Username: "robot", Password: "secret"}
			c.set(server, &s)
			server.Start()
			wantSteps(t, s, nil, c.want)
		})
	}
}

// The steps behind TLS, with a certificate that is trusted.
func TestMailWithin(t *testing.T) {
	t.Parallel()
	trusted := []string{"ok connection:", "ok TLS: TLS 1.3, its certificate is valid until 20"}
	for name, c := range map[string]struct {
		set  func(*fakes.Mail, *core.SMTPConfig)
		want []string
	}{
		"PLAIN": {func(*fakes.Mail, *core.SMTPConfig) {}, []string{"ok sign-in: it takes", "ok sender:", "ok to see"}},
		"LOGIN": {func(_ *fakes.Mail, s *core.SMTPConfig) { s.AuthMethod = "LOGIN" }, []string{"ok sign-in: it takes", "ok sender:", "ok to see"}},
		"TLS from the beginning": {func(server *fakes.Mail, s *core.SMTPConfig) {
			server.TLS, s.TLS = true, true
		}, []string{"ok sign-in: it takes", "ok sender:", "ok to see"}},
		"wrong password": {func(_ *fakes.Mail, s *core.SMTPConfig) { s.Password = "wrong" }, []string{"FAIL sign-in: it refuses user and password: 535 \"5.7.8"}},
		"a sender that is not verified": {func(server *fakes.Mail, _ *core.SMTPConfig) {
			server.Break("MAIL", "550 5.7.60 not verified")
		}, []string{"ok sign-in:", "FAIL sender: it refuses mails from noreply@example.com: 550 \"5.7.60 not verified\"; let the mail provider verify it"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := fakes.NewUnstartedMail(t)
			s := core.SMTPConfig{Enabled: true, Host: server.Host, Port: server.Port, Username: "robot", Password: "secret"}
			c.set(server, &s)
			server.Start()
			wantSteps(t, s, server.Roots(), append(trusted[:2:2], c.want...))
			if said := server.Said(); strings.Contains(said, "RCPT") || strings.Contains(said, "DATA") {
				t.Errorf("a mail was sent: %s", said)
			}
		})
	}
}

// wantSteps fails the test unless the lines about a mail server begin as wanted.
func wantSteps(t *testing.T, s core.SMTPConfig, roots *x509.CertPool, want []string) {
	t.Helper()
	var lines []string
	d := &Doctor{Settings: &settings.Settings{}, stored: &core.Settings{}, patience: time.Second, roots: roots,
		Report: func(f Finding) { lines = append(lines, fmt.Sprint(f.Level, " ", f.Text)) }}
	d.stored.SMTP, d.stored.Meta.SenderAddress = s, "noreply@example.com"
	d.mail(t.Context())
	if len(lines) != len(want) {
		t.Fatalf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) || strings.Contains(line, "\n") {
			t.Errorf("%q, want %q", line, want[i])
		}
	}
}
