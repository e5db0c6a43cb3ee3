package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/k3a/html2text"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
	"github.com/pocketbase/pocketbase/tools/security"
	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// quitTimeout is how long the server has to say goodbye.
const quitTimeout = 2 * time.Second

// client hands mails to the SMTP server of PocketBase's settings. PocketBase's own client has no time limits: a server that takes the
// connection and says nothing would hold it, and who waits for it, for ever.
type client struct {
	config core.SMTPConfig
	name   string // with which it introduces itself (EHLO), unless the settings have one
}

func (w *Worker) client() *client { return &client{w.app.Settings().SMTP, w.settings.MailName()} }

// SendOthers is a handler of PocketBase's event OnMailerSend: it sends PocketBase's own mails, such as those to superusers who forgot
// their passwords, by the same client. Register it as the last handler.
func (w *Worker) SendOthers(e *core.MailerEvent) error {
	if _, ours := e.Mailer.(*client); ours || !w.app.Settings().SMTP.Enabled {
		return e.Next()
	}
	return w.client().Send(e.Message)
}

// Send implements mailer.Mailer.
func (c *client) Send(m *mailer.Message) error {
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	return c.send(ctx, m)
}

// deliver sends a mail past the handlers of PocketBase's event OnMailerSend, as PocketBase's clients do.
func (c *client) deliver(ctx context.Context, app core.App, m *mailer.Message) error {
	event := new(core.MailerEvent)
	event.App, event.Mailer, event.Message = app, c, m
	return app.OnMailerSend().Trigger(event, func(e *core.MailerEvent) error { return c.send(ctx, e.Message) })
}

// errUnsendable means that a mail can't be put into the form that mail servers take.
var errUnsendable = errors.New("mail: it can't be sent to anybody")

// ErrTimeout means that the mail server did not take the mail in time.
var ErrTimeout = errors.New("the mail server has not answered in time")

// errNoSession means that the server did not let privet in: as long as the mail settings are wrong, or the server is in trouble.
var errNoSession = errors.New("the mail server takes no mails from here")

// send returns once the server has taken the mail. The error is a *textproto.Error where the server has answered with a refusal, and
// errUnsendable where it was not even asked. The end of ctx ends the conversation.
func (c *client) send(ctx context.Context, m *mailer.Message) error {
	message, err := messageOf(m)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnsendable, err)
	}
	dialer, err := gomail.NewClient(c.config.Host, c.options(ctx)...)
	if err != nil {
		return fmt.Errorf("the mail settings: %w", err)
	}
	server, err := dialer.DialToSMTPClientWithContext(ctx)
	if err != nil {
		err = fmt.Errorf("%w: %w", errNoSession, err)
	} else {
		err = converse(server, message)
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) && err != nil {
		return ErrTimeout
	}
	return err
}

// converse hands a mail over. It does what the library's own function does, which hides the server's answers in a text.
func converse(server *smtp.Client, message *gomail.Msg) error {
	defer server.Close()
	from, err := message.GetSender(false)
	if err != nil {
		return err
	}
	to, err := message.GetRecipients()
	if err != nil {
		return err
	}
	if err := server.Mail(from); err != nil { // the sender is the same for each mail
		return fmt.Errorf("%w: %w", errNoSession, err)
	}
	for _, address := range to {
		if err := server.Rcpt(address); err != nil {
			return err
		}
	}
	body, err := server.Data()
	if err != nil {
		return err
	}
	if _, err := message.WriteTo(body); err != nil {
		return err
	}
	if err := body.Close(); err != nil {
		return err
	}
	if server.UpdateDeadline(quitTimeout) == nil { // it has taken the mail, whatever it says now
		_ = server.Quit()
	}
	return nil
}

// messageOf returns a mail in the library's form.
func messageOf(m *mailer.Message) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := message.FromFormat(m.From.Name, m.From.Address); err != nil {
		return nil, err
	}
	for _, receivers := range []struct {
		list []mail.Address
		add  func(name, address string) error
	}{{m.To, message.AddToFormat}, {m.Cc, message.AddCcFormat}, {m.Bcc, message.AddBccFormat}} {
		for _, to := range receivers.list {
			if err := receivers.add(to.Name, to.Address); err != nil {
				return nil, err
			}
		}
	}
	message.Subject(m.Subject)
	// PocketBase's own mails are HTML alone; mail filters and readers expect plain text beside it.
	message.SetBodyString(gomail.TypeTextPlain, cmp.Or(m.Text, html2text.HTML2TextWithOptions(m.HTML, html2text.WithUnixLineBreaks(), html2text.WithLinksInnerText())))
	if m.HTML != "" {
		message.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	message.SetMessageIDWithValue(security.RandomString(20) + "@" + domainOf(m.From.Address))
	for name, value := range m.Headers {
		message.SetGenHeader(gomail.Header(name), value)
	}
	var err error
	for name, content := range m.Attachments {
		err = errors.Join(err, message.AttachReader(name, content))
	}
	for name, content := range m.InlineAttachments {
		err = errors.Join(err, message.EmbedReader(name, content))
	}
	return message, err
}

// domainOf returns what follows the @ of an e-mail address.
func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// options returns how to reach the server. ctx is that of the whole conversation.
func (c *client) options(ctx context.Context) []gomail.Option {
	secure := &tls.Config{ServerName: c.config.Host, MinVersion: tls.VersionTLS12}
	options := []gomail.Option{
		gomail.WithPort(c.config.Port), gomail.WithHELO(cmp.Or(c.config.LocalName, c.name)), gomail.WithTimeout(sendTimeout),
		gomail.WithTLSConfig(secure), gomail.WithTLSPolicy(gomail.TLSOpportunistic),
		gomail.WithDialContextFunc(func(dial context.Context, network, address string) (net.Conn, error) {
			connection, err := new(net.Dialer).DialContext(dial, network, address)
			if err != nil {
				return nil, err
			}
			context.AfterFunc(ctx, func() { connection.Close() })
			if !c.config.TLS {
				return connection, nil
			}
			encrypted := tls.Client(connection, secure)
			return encrypted, encrypted.HandshakeContext(dial)
		}),
	}
	if c.config.Username != "" || c.config.Password != "" {
		method := gomail.SMTPAuthPlain
		if c.config.AuthMethod == mailer.SMTPAuthLogin {
			method = gomail.SMTPAuthLogin
		}
		options = append(options, gomail.WithSMTPAuth(method), gomail.WithUsername(c.config.Username), gomail.WithPassword(c.config.Password))
	}
	return options
}

// anAddress matches what may be an e-mail address.
var anAddress = regexp.MustCompile(`[^\s<>"'(),;:]+@[^\s<>"'(),;:]+`)

// redact returns an error's text for the outbox and the log, without the receiver's address, or any other, and without the link's token:
// mail servers quote both.
func redact(text, address, token string) string {
	if token != "" {
		text = strings.ReplaceAll(text, token, "…")
	}
	text = strings.ReplaceAll(text, address, "…")
	text = anAddress.ReplaceAllString(text, "…")
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "�")), " ")
	if runes := []rune(text); len(runes) > 500 {
		text = string(runes[:500]) + "…"
	}
	return text
}
