package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"

	"github.com/pocketbase/pocketbase/core"
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
		d.reach(ctx, "Firebase", cmp.Or(s.Firebase.Endpoint, "https://fcm.googleapis.com/"))
	}
	if s.RuStore.Token == "" {
		d.say(OK, "RuStore", "off: PRIVET_RUSTORE_TOKEN is not set")
	} else if err := push.CheckRuStore(ctx, s.RuStore); err != nil {
		d.say(Failure, "RuStore", "%v", err)
	} else {
		d.say(OK, "RuStore", "it takes the token for the project %s", s.RuStore.Project)
	}
	if len(s.Google.ClientIDs) == 0 {
		d.say(OK, "Google", "off: PRIVET_GOOGLE_CLIENT_IDS is not set")
	} else {
		d.reach(ctx, "Google", s.Google.KeysURL())
	}
	if len(s.Apple.ClientIDs) == 0 {
		d.say(OK, "Apple", "off: PRIVET_APPLE_CLIENT_IDS is not set")
	} else {
		d.reach(ctx, "Apple", s.Apple.KeysURL())
	}
	if len(s.VK.Apps) == 0 {
		d.say(OK, "VK", "off: PRIVET_VK_APPS is not set")
	} else {
		d.reachOne(ctx, "VK", s.VK.Hosts(), "/method/utils.getServerTime")
		if len(s.VK.IDKeys) > 0 {
			d.say(OK, "VK ID", "ID tokens are checked by PRIVET_VK_ID_KEY")
		} else {
			d.reach(ctx, "VK ID", s.VK.IDHost())
		}
	}
}

// reachOne asks hosts of which one is enough for any answer at a path, as the server does: in turn, until one has answered
// for itself.
func (d *Doctor) reachOne(ctx context.Context, about string, hosts []string, path string) {
	for ; len(hosts) > 1; hosts = hosts[1:] {
		cause := d.try(ctx, hosts[0]+path)
		if cause == nil {
			break
		}
		d.say(Warning, about, "%s can't be used, the next address is: %v", hosts[0], cause)
	}
	d.reach(ctx, about, hosts[0]+path)
}

// try returns why an address can't be used: nobody answers, or it has moved.
func (d *Doctor) try(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	client := *d.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	answer.Body.Close()
	if settings.HasMoved(answer.StatusCode) {
		return errors.New("it answers " + answer.Status)
	}
	return nil
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

// objects asks the object stores of the dashboard's settings whether they work.
func (d *Doctor) objects(ctx context.Context) {
	if d.stored == nil {
		return
	}
	for _, store := range []struct {
		about  string
		config core.S3Config
	}{{"storage", d.stored.S3}, {"backups", d.stored.Backups.S3}} {
		if !store.config.Enabled {
			continue
		}
		if err := files.CheckStore(ctx, store.config); err != nil {
			d.say(Failure, store.about, "%s; look at the dashboard's Settings: address, bucket, keys", strings.Join(strings.Fields(err.Error()), " "))
		} else {
			d.say(OK, store.about, "the bucket %s at %s answers to these keys", store.config.Bucket, store.config.Endpoint)
		}
	}
}
