package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/push"
)

// maxSkew is how wrong the clock may be: tokens of the providers are valid from the moment at which they were made.
const maxSkew = 30 * time.Second

// providers asks each provider that is switched on for an answer, whatever it says.
func (d *Doctor) providers(ctx context.Context) {
	s := d.Settings
	if s.Firebase.Credentials == nil {
		d.say(OK, "Firebase", "off: GOOGLE_APPLICATION_CREDENTIALS is not set")
	} else if err := push.CheckCredentials(ctx, s.Firebase); err != nil {
		d.say(Failure, "Firebase", "there is no access token: %v", err)
	} else {
		d.say(OK, "Firebase", "Google has given an access token for the project %s", s.Firebase.ProjectID)
		d.reach(ctx, "Firebase", or(s.Firebase.Endpoint, "https://fcm.googleapis.com/"))
	}
	if len(s.Google.ClientIDs) == 0 {
		d.say(OK, "Google", "off: PRIVET_GOOGLE_CLIENT_IDS is not set")
	} else {
		d.reach(ctx, "Google", or(s.Google.JWKSURL, "https://www.googleapis.com/oauth2/v3/certs"))
	}
	if len(s.Apple.ClientIDs) == 0 {
		d.say(OK, "Apple", "off: PRIVET_APPLE_CLIENT_IDS is not set")
	} else {
		d.reach(ctx, "Apple", or(s.Apple.JWKSURL, "https://appleid.apple.com/auth/keys"))
	}
	if len(s.VK.Apps) == 0 {
		d.say(OK, "VK", "off: PRIVET_VK_APPS is not set")
	} else {
		d.reach(ctx, "VK", or(s.VK.APIURL, "https://api.vk.com")+"/method/utils.getServerTime")
	}
}

func or(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

// reach asks an address for any answer, and compares the clock with its Date.
func (d *Doctor) reach(ctx context.Context, about, address string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		d.say(Failure, about, "%v", err)
		return
	}
	asked := time.Now()
	answer, err := d.client.Do(request)
	if err != nil {
		d.say(Failure, about, "it can't be reached: %v; look at DNS, the firewall and HTTPS_PROXY", err)
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusInternalServerError {
		d.say(Warning, about, "%s answers %s", request.URL.Host, answer.Status)
	} else {
		d.say(OK, about, "%s answers", request.URL.Host)
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil && d.skew == nil {
		// The answer was made between both moments, and its time is cut to the second.
		middle := asked.Add(time.Since(asked) / 2)
		skew := middle.Sub(date.Add(500 * time.Millisecond))
		if skew.Abs() > maxSkew {
			d.skew = &Finding{Failure, "clock", fmt.Sprintf("it is %s off that of %s: tokens and reminders go wrong. Let the system keep it by NTP", skew.Round(time.Second), request.URL.Host)}
		} else {
			d.skew = &Finding{OK, "clock", "that of " + request.URL.Host}
		}
	}
}

// clock reports how the clock compares with that of the first provider that has told its own.
func (d *Doctor) clock() {
	if d.skew == nil {
		d.say(OK, "clock", "not compared: no provider was asked")
		return
	}
	d.say(d.skew.Level, d.skew.About, "%s", d.skew.Text)
}

// mail speaks with the mail server up to where it would send, and reports the server's own words.
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
	dialer := &net.Dialer{Timeout: 15 * time.Second}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		d.say(Failure, "mail", "%s can't be reached: %v", address, err)
		return
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(30 * time.Second))
	encryption := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	if s.TLS {
		connection = tls.Client(connection, encryption)
	}
	step, err := speak(connection, encryption, s.Host, or(s.LocalName, localName(d.Settings.PublicURL)), s.Username, s.Password, s.AuthMethod, s.TLS)
	if err != nil {
		d.say(Failure, "mail", "%s, at %s: %v", address, step, err)
		return
	}
	if step != "" {
		d.say(Warning, "mail", "%s %s", address, step)
		return
	}
	d.say(OK, "mail", "%s takes mails; to see one: privet test mail ADDRESS", address)
}

// localName returns the host of the public address: some servers refuse who calls itself localhost.
func localName(public string) string {
	if u, err := url.Parse(public); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// speak goes through the beginning of SMTP. It returns the step that has failed, or without an error a remark.
func speak(connection net.Conn, encryption *tls.Config, host, name, user, password, method string, encrypted bool) (step string, err error) {
	c, err := smtp.NewClient(connection, host)
	if err != nil {
		return "the greeting", err
	}
	defer c.Close()
	if err := c.Hello(name); err != nil {
		return "EHLO " + name, err
	}
	if has, _ := c.Extension("STARTTLS"); has && !encrypted {
		if err := c.StartTLS(encryption); err != nil {
			return "STARTTLS", err
		}
		encrypted = true
	}
	if user != "" || password != "" {
		var auth smtp.Auth = loginAuth{user, password}
		if method != "LOGIN" {
			auth = smtp.PlainAuth("", user, password, host)
		}
		if err := c.Auth(auth); err != nil {
			return "the sign-in", err
		}
	}
	_ = c.Quit()
	if !encrypted {
		return "takes mails, but unencrypted: it offers no STARTTLS", nil
	}
	return "", nil
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
