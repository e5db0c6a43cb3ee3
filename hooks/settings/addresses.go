package settings

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// parseHTTP parses an address of HTTP that names no user. must is the error of what is none.
func parseHTTP(value, must string) (*url.URL, error) {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return nil, errors.New(must)
	}
	return u, checkHost(u)
}

// parseURL parses the address of a server, with a path or without. The slashes at its end are cut off.
func parseURL(to *string, value string) error {
	const must = "must be an address as https://example.com, without query, fragment or user"
	u, err := parseHTTP(value, must)
	if err != nil {
		return err
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return errors.New(must)
	}
	*to = strings.TrimRight(value, "/")
	return nil
}

// parseDeskWebhook parses PRIVET_DESK_WEBHOOK. Its path and query may hold a secret.
func parseDeskWebhook(s *Settings, value string) error {
	if _, err := parseHTTP(value, "must be an address as https://example.com/hook, without user"); err != nil {
		return err
	}
	s.DeskWebhook = value
	return nil
}

// hostName matches the names of hosts, international ones included.
var hostName = regexp.MustCompile(`^[\pL\pN_]([\pL\pM\pN_-]*[\pL\pM\pN_])?(\.[\pL\pN_]([\pL\pM\pN_-]*[\pL\pM\pN_])?)*\.?$`)

// checkHost returns an error for a URL whose host and port can't be reached.
func checkHost(u *url.URL) error {
	if strings.HasSuffix(u.Host, ":") {
		return errors.New("must be an address as https://example.com; there is no port after its colon")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return errors.New("must be an address as https://example.com:8443, with a port from 1 to 65535")
		}
	}
	host := u.Hostname()
	if host == "" {
		return errors.New("must be an address as https://example.com; it names no host")
	}
	if address, err := netip.ParseAddr(host); err == nil {
		if address.IsUnspecified() {
			return errors.New("must be an address that clients reach; this one stands for all addresses of a machine")
		}
		return nil
	}
	if !hostName.MatchString(host) {
		return errors.New("must be an address as https://example.com; its host is no name of one")
	}
	return nil
}

// parsePublicURL parses PRIVET_PUBLIC_URL, to which the paths of media are added: what apps or moderators open is none.
func parsePublicURL(s *Settings, value string) error {
	if err := parseURL(&s.PublicURL, value); err != nil {
		return err
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil {
		return err
	}
	path := u.EscapedPath() + "/"
	for _, ours := range []string{"/api/", "/_/", "/storage/", "/guide/", "/account/"} {
		if at := strings.Index(path, ours); at >= 0 {
			u.Path, u.RawPath = path[:at], ""
			return fmt.Errorf("must be the address that these paths are added to, as %s: %q is privet's own", u, strings.TrimRight(path[at:], "/"))
		}
	}
	return nil
}

// parsePage parses the address of a page that people open in a browser, with a query or a fragment where it has one.
func parsePage(to *string, value string) error {
	const must = "must be the address of a page, as https://example.com/terms"
	if strings.ContainsAny(value, whitespace+`<>"`) {
		return errors.New(must)
	}
	if _, err := parseHTTP(value, must); err != nil {
		return err
	}
	*to = value
	return nil
}

// parseContact parses PRIVET_CONTACT: an e-mail address, or that of a page.
func parseContact(s *Settings, value string) error {
	if strings.Contains(value, "://") {
		return parsePage(&s.Contact, value)
	}
	address, err := mail.ParseAddress(value)
	if err != nil || address.Address != value || !strings.Contains(value[strings.LastIndexByte(value, '@'):], ".") {
		return errors.New("must be an e-mail address as help@example.com, or the address of a page as https://example.com/help")
	}
	s.Contact = value
	return nil
}

// MailName is what the server calls itself to a mail server (EHLO): the host of the public address, in the form of RFC 5321, as some
// refuse who calls itself localhost.
func (s *Settings) MailName() string {
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	if address, err := netip.ParseAddr(u.Hostname()); err == nil {
		if address.Is6() {
			return "[IPv6:" + address.String() + "]"
		}
		return "[" + address.String() + "]"
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(u.Hostname(), "."))
	if err != nil {
		return "localhost"
	}
	return name
}

// parseFCM parses PRIVET_FCM_ENDPOINT, which contains the version of the API, as Google's own address does.
func parseFCM(s *Settings, value string) error {
	if err := parseURL(&s.Firebase.Endpoint, value); err != nil {
		return err
	}
	if !strings.HasSuffix(s.Firebase.Endpoint, "/v1") {
		return errors.New("must be an address as https://fcm.example.com/v1, with /v1 at its end")
	}
	return nil
}

// parseMetrics parses PRIVET_METRICS, an address to listen on.
func parseMetrics(s *Settings, value string) error {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		return errors.New("must be a host and a port to listen on, as 127.0.0.1:9090")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return errors.New("must be an address as 127.0.0.1:9090, with a port from 1 to 65535")
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && !hostName.MatchString(host) {
		return errors.New("must be an address as 127.0.0.1:9090; its host is no name of one")
	}
	s.Metrics = value
	return nil
}
