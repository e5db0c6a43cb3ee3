// Package doctor looks at an installation as an operator would: what is set, what is on the disk, and what can be reached. It
// changes nothing, and disturbs no server that runs beside it.
//
//   - disk.go: the data folder, its lock and its disk; data.go: the database and the files that belong to it
//   - network.go: the providers, the clock, object stores; mail.go: the mail server; public.go: the server's own address, from outside
package doctor

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/settings"

	"github.com/pocketbase/pocketbase/core"
)

// Level is how bad a finding is.
type Level string

// The levels. A failure is what keeps something from working that is switched on.
const (
	OK      Level = "ok"
	Warning Level = "warning"
	Failure Level = "FAIL"
)

// Finding is what one look has found.
type Finding struct {
	Level Level  `json:"level"`
	About string `json:"about"`
	Text  string `json:"text"` // one line, with what to do about it
}

// Doctor is what is to be looked at.
type Doctor struct {
	Dir         string
	SettingsKey string // with which PocketBase's settings are encrypted, "" for nothing
	Settings    *settings.Settings
	Wrong       error // what is wrong with the settings, nil for nothing
	Offline     bool  // nothing is asked over the network
	Full        bool  // the database is read whole
	Report      func(Finding)

	stored   *core.Settings // PocketBase's settings, nil if they can't be read
	client   *http.Client
	patience time.Duration  // with each step of a mail server
	roots    *x509.CertPool // that are trusted, nil for the system's
	failed   bool
	skew     *Finding // of the clock, once a provider has answered
}

// Examine looks at everything, reports each finding, and returns whether nothing has failed.
func (d *Doctor) Examine(ctx context.Context) (healthy bool) {
	d.client, d.patience = &http.Client{Timeout: 15 * time.Second}, 15*time.Second
	d.settings()
	if d.folder() {
		d.lock()
		d.space()
		d.data(ctx)
	}
	if d.Offline {
		d.say(OK, "network", "not asked (--offline)")
		return !d.failed
	}
	d.providers(ctx)
	d.clock()
	d.objects(ctx)
	d.mail(ctx)
	d.public(ctx)
	return !d.failed
}

func (d *Doctor) say(level Level, about, format string, arguments ...any) {
	d.failed = d.failed || level == Failure
	d.Report(Finding{level, about, fmt.Sprintf(format, arguments...)})
}

// settings reports what is wrong with the environment, a line each.
func (d *Doctor) settings() {
	if d.Wrong == nil {
		d.say(OK, "settings", "all variables make sense")
		return
	}
	causes := []error{d.Wrong}
	for i := 0; i < len(causes); i++ {
		if joined, ok := causes[i].(interface{ Unwrap() []error }); ok {
			causes = append(causes, joined.Unwrap()...)
			continue
		}
		d.say(Failure, "settings", "%v; the server does not start", causes[i])
	}
}
