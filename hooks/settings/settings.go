// Package settings reads and validates privet's environment variables (contract section 5), once, at start. Go itself
// also reads some: GOMEMLIMIT and the like, HTTPS_PROXY (for requests to the providers), and the user's cache folder.
package settings

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// Settings are the validated settings.
type Settings struct {
	Firebase       Firebase
	RuStore        RuStore
	Google         Google
	VK             VK
	Apple          Apple
	Reminders      bool           // performers and clients are reminded of orders that are due
	OrderZone      *time.Location // in which an order's date_till is meant; nil: UTC
	RateLimit      int            // requests a minute; 0: no limit
	PublicURL      string         // base of the media URLs without a slash at its end; empty: the request's own
	Contact        string         // whom people write to: an e-mail address or a web address; empty: not shown
	TermsURL       string         // where the terms stand; empty: not shown
	FFmpeg         string         // path of a program that renders the previews of videos; empty: the embedded one
	TrustedProxies Networks       // whose forwarded headers count
	UploadFloor    int64          // bytes of the disk that uploads leave free; 0: the default of package disk
	Redirect       bool           // downloads from an object store are answered by where they are, not by what they are
	DeskWebhook    string         // is told of new cases; empty: nobody is
	LogJSON        bool           // lines on standard error are JSON
	Metrics        string         // host:port where Prometheus reads the metrics; empty: nowhere
	AccessLog      bool           // each request is a line on standard error
}

// Firebase are the settings of push notifications.
type Firebase struct {
	Credentials []byte // the service account's JSON; nil: pushes are off
	ProjectID   string // the one that the credentials name
	Endpoint    string // another FCM address, with /v1; empty: Google's
}

// RuStore are the settings of push notifications to devices whose addresses begin with "rustore:".
type RuStore struct {
	Project string
	Token   string // of the service; "": these pushes are off
	URL     string // another address; empty: RuStore's
}

// Google are the settings by which Google's tokens are verified.
type Google struct {
	ClientIDs    []string // whose tokens are taken; none: Google sign-in is off
	JWKSURL      string
	TokenInfoURL string
	UserInfoURL  string
}

// VK are the settings by which VK's tokens are verified.
type VK struct {
	Apps    []VKApp          // whose tokens are taken; none: VK sign-in is off
	APIURLs []string         // other addresses of VK's API, of which the first one that works is used; none: VK's
	IDKeys  []*rsa.PublicKey // that sign VK's ID tokens; none: VK ID is asked
	IDURL   string           // another address of VK ID; empty: VK's
}

// VKApp is an application registered with VK.
type VKApp struct {
	ClientID   string
	SecureKey  string
	ServiceKey string
}

// Apple are the settings by which the tokens of Sign in with Apple are verified.
type Apple struct {
	ClientIDs []string // bundle and service ids whose tokens are taken; none: Apple sign-in is off, and no social_type
	JWKSURL   string
}

// variable is one environment variable: its documentation and its parser.
type variable struct {
	name, meaning, fallback string
	parse                   func(s *Settings, value string) error
}

var variables = []variable{
	{"GOOGLE_APPLICATION_CREDENTIALS", "Firebase service account file", "none: pushes are kept back and said to be off", parseCredentials},
	{"PRIVET_FCM_ENDPOINT", "another FCM address, with /v1 (tests)", "Google's", parseFCM},
	{"PRIVET_RUSTORE_PROJECT", "RuStore's project, whose pushes go to addresses rustore:…", "none: they are off", parseRuStoreProject},
	{"PRIVET_RUSTORE_TOKEN", "the project's service token", "none: they are off", parseRuStoreToken},
	{"PRIVET_RUSTORE_URL", "another address of RuStore's push service (tests)", "RuStore's",
		func(s *Settings, v string) error { return parseURL(&s.RuStore.URL, v) }},
	{"PRIVET_GOOGLE_CLIENT_IDS", "comma-separated client ids whose tokens are taken", "none: Google sign-in is off",
		func(s *Settings, v string) error { return parseClientIDs(&s.Google.ClientIDs, v) }},
	{"PRIVET_GOOGLE_JWKS_URL", "another address of Google's keys (tests)", "Google's",
		func(s *Settings, v string) error { return parseURL(&s.Google.JWKSURL, v) }},
	{"PRIVET_GOOGLE_TOKENINFO_URL", "another address of Google's tokeninfo (tests)", "Google's",
		func(s *Settings, v string) error { return parseURL(&s.Google.TokenInfoURL, v) }},
	{"PRIVET_GOOGLE_USERINFO_URL", "another address of Google's userinfo (tests)", "Google's",
		func(s *Settings, v string) error { return parseURL(&s.Google.UserInfoURL, v) }},
	{"PRIVET_VK_APPS", "comma-separated client_id:secure_key:service_key", "none: VK sign-in is off", parseApps},
	{"PRIVET_VK_API_URL", "comma-separated other addresses of VK's API, to which /method/… is added: the first one that works is used", "https://api.vk.ru, then https://api.vk.com", parseVKAPI},
	{"PRIVET_VK_ID_KEY", "PEM file with the public key that signs VK's ID tokens", "none: VK ID is asked about each", parseVKIDKey},
	{"PRIVET_VK_ID_URL", "another address of VK ID (tests)", "https://id.vk.ru",
		func(s *Settings, v string) error { return parseURL(&s.VK.IDURL, v) }},
	{"PRIVET_APPLE_CLIENT_IDS", "comma-separated bundle ids and service ids whose tokens are taken", "none: Apple sign-in is off",
		func(s *Settings, v string) error { return parseClientIDs(&s.Apple.ClientIDs, v) }},
	{"PRIVET_APPLE_JWKS_URL", "another address of Apple's keys (tests)", "Apple's",
		func(s *Settings, v string) error { return parseURL(&s.Apple.JWKSURL, v) }},
	{"PRIVET_REMINDERS", "0 turns the reminders of orders off", "1",
		func(s *Settings, v string) error { return parseSwitch(&s.Reminders, v) }},
	{"PRIVET_ORDER_ZONE", "time zone in which the dates of orders are meant, as Europe/Moscow", "UTC", parseZone},
	{"PRIVET_RATE_LIMIT", "requests a minute for a user, or for an address where nobody is signed in; 0 turns it off, and the limits of open orders", "60", parseRateLimit},
	{"PRIVET_UPLOAD_FLOOR", "megabytes of the disk that uploads leave free", "2000, or 5 % of the disk if that is more", parseUploadFloor},
	{"PRIVET_PUBLIC_URL", "base of the media URLs, as https://api.example.com, and of the links in mails", "the request's own; no mails", parsePublicURL},
	{"PRIVET_CONTACT", "e-mail or web address to write to, shown on /account and in mails", "none: not shown", parseContact},
	{"PRIVET_TERMS_URL", "web address of the terms, shown on /account", "none: not shown",
		func(s *Settings, v string) error { return parsePage(&s.TermsURL, v) }},
	{"PRIVET_TRUSTED_PROXIES", "comma-separated addresses and networks whose forwarded headers count, or none", "loopback and private networks", parseProxies},
	{"PRIVET_FFMPEG", "path of an ffmpeg that renders the previews of videos, faster", "the embedded one", parseFFmpeg},
	{"PRIVET_DESK_WEBHOOK", "address that is told, as JSON without personal data, when a case waits for moderators", "none: off", parseDeskWebhook},
	{"PRIVET_METRICS", "address of the Prometheus endpoint, as 127.0.0.1:9090", "none: off", parseMetrics},
	{"PRIVET_LOG", "form of the lines on standard error: text or json", "text", parseLog},
	{"PRIVET_ACCESS_LOG", "on writes a line on standard error for each request", "off",
		func(s *Settings, v string) error { return parseSwitch(&s.AccessLog, v) }},
	{"PRIVET_S3_REDIRECT", "1 answers downloads from an object store by a redirect to a presigned address", "they are passed on", parseRedirect},
}

// Read reads the settings with lookup, which is os.LookupEnv outside of tests. An empty variable counts as unset. The
// error has one line for each invalid variable and contains no secrets.
func Read(lookup func(string) (string, bool)) (*Settings, error) {
	s := &Settings{RateLimit: 60, Reminders: true, TrustedProxies: DefaultProxies()}
	var wrong []error
	for _, v := range variables {
		value, _ := lookup(v.name)
		value = strings.TrimSpace(value)
		if value == "" {
			continue
		}
		if err := v.parse(s, value); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w%s", v.name, err, shown(v.name, value)))
		}
	}
	if (s.RuStore.Project == "") != (s.RuStore.Token == "") {
		wrong = append(wrong, errors.New("PRIVET_RUSTORE_PROJECT and PRIVET_RUSTORE_TOKEN: set both, or neither"))
	}
	return s, errors.Join(wrong...)
}

// shown returns what an error says of the value that it is about: nothing of one that may contain secrets.
func shown(name, value string) string {
	if name == "PRIVET_VK_APPS" || name == "PRIVET_RUSTORE_TOKEN" || name == "PRIVET_DESK_WEBHOOK" || name == "GOOGLE_APPLICATION_CREDENTIALS" || strings.Contains(value, "@") || len(value) > 200 {
		return ""
	}
	return fmt.Sprintf(" (it is %q)", value)
}

// Help returns the list of variables with their meanings and defaults, for --help.
func Help() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, v := range variables {
		fmt.Fprintf(w, "  %s\t%s (default: %s)\n", v.name, v.meaning, v.fallback)
	}
	w.Flush()
	return b.String()
}

func parseRateLimit(s *Settings, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > 1_000_000 {
		return errors.New("must be a whole number of requests a minute, from 0 to 1000000")
	}
	s.RateLimit = n
	return nil
}

func parseUploadFloor(s *Settings, value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 || n > 1_000_000_000 {
		return errors.New("must be a whole number of megabytes, from 1 to 1000000000")
	}
	s.UploadFloor = n * 1_000_000
	return nil
}

func parseFFmpeg(s *Settings, value string) error {
	path, err := exec.LookPath(value)
	if err != nil {
		return fmt.Errorf("must be the path of an ffmpeg that can be run: %w", err)
	}
	s.FFmpeg, err = filepath.Abs(path)
	return err
}

func parseRedirect(s *Settings, value string) error {
	on, err := strconv.ParseBool(value)
	if err != nil {
		return errors.New("must be 1 or 0")
	}
	s.Redirect = on
	return nil
}

// parseSwitch parses what turns something on or off.
func parseSwitch(to *bool, value string) error {
	switch value {
	case "on", "1", "true":
		*to = true
	case "off", "0", "false":
		*to = false
	default:
		return errors.New("must be on or off, or 1 or 0")
	}
	return nil
}

func parseLog(s *Settings, value string) error {
	switch value {
	case "text", "json":
		s.LogJSON = value == "json"
		return nil
	}
	return errors.New("must be text or json")
}

const whitespace = " \t\r\n"

func parseClientIDs(to *[]string, value string) error {
	for id := range strings.SplitSeq(value, ",") {
		if id = strings.TrimSpace(id); id == "" {
			return errors.New("has an empty client id between its commas")
		}
		if strings.ContainsAny(id, whitespace) {
			return errors.New("has a blank inside a client id: commas stand between them")
		}
		*to = append(*to, id)
	}
	return nil
}

func parseCredentials(s *Settings, value string) error {
	if strings.HasPrefix(value, "{") {
		return errors.New("must be the path of the service account file, not what is in it")
	}
	content, err := os.ReadFile(value)
	if err != nil {
		return fmt.Errorf("the service account file can't be read: %w", err)
	}
	project, err := projectID(content)
	if err != nil {
		return fmt.Errorf("%s: %w", value, err)
	}
	s.Firebase.Credentials, s.Firebase.ProjectID = content, project
	return nil
}

// LogsJSON reports whether lines on standard error are to be JSON, before the settings are read, and whether or not they
// can be.
func LogsJSON(lookup func(string) (string, bool)) bool {
	value, _ := lookup("PRIVET_LOG")
	return strings.TrimSpace(value) == "json"
}
