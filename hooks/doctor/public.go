package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// bodies are the sizes of the uploads that are tried: proxies' usual limits are 1, 10 and 100 MB.
var bodies = []int64{5_000_000, 120_000_000}

// public asks the server by its public address, as an app does.
func (d *Doctor) public(ctx context.Context) {
	base := d.Settings.PublicURL
	if base == "" {
		d.say(Warning, "public", "PRIVET_PUBLIC_URL is not set: the address can't be tried, and that of media is the one of each request")
		return
	}
	client := &http.Client{Timeout: 15 * time.Second}
	var moved *url.URL
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		moved = r.URL
		if len(via) > 5 {
			return errors.New("it redirects again and again")
		}
		return nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/health", nil)
	if err != nil {
		d.say(Failure, "public", "%v", err)
		return
	}
	answer, err := client.Do(request)
	if err != nil {
		d.say(Failure, "public", "%s can't be reached from here: %v", base, err)
		return
	}
	defer answer.Body.Close()
	var health struct {
		Message string
		Code    int
	}
	broken := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&health)
	switch {
	case answer.StatusCode == http.StatusServiceUnavailable && broken == nil:
		d.say(Failure, "public", "the server says that it is not well: %s", health.Message)
	case answer.StatusCode != http.StatusOK || broken != nil || health.Code != http.StatusOK:
		d.say(Failure, "public", "%s/api/health is answered with %s by something that is not privet: %s", base, answer.Status, by(answer))
		return
	}
	switch {
	case moved != nil && (moved.Host != request.URL.Host || moved.Scheme != request.URL.Scheme):
		d.say(Failure, "public", "%s leads to %s://%s: set PRIVET_PUBLIC_URL to that", base, moved.Scheme, moved.Host)
	case request.URL.Scheme != "https":
		d.say(Warning, "public", "%s is not encrypted: passwords and tokens can be read on the way", base)
	default:
		d.say(OK, "public", "%s is this version's API, encrypted", base)
	}
	for _, n := range bodies {
		d.upload(ctx, base, n)
	}
}

// upload sends a body of a size to a route that refuses it for want of a token, and so keeps nothing of it. The answer says
// whether it has come through.
func (d *Doctor) upload(ctx context.Context, base string, n int64) {
	body := io.LimitReader(zeros{}, n)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/order/update/1", body)
	if err != nil {
		return
	}
	request.ContentLength = n
	request.Header.Set("Content-Type", "multipart/form-data; boundary=doctor")
	client := &http.Client{Timeout: 5 * time.Minute}
	answer, err := client.Do(request)
	size := n / 1_000_000
	if err != nil {
		d.say(Failure, "uploads", "a body of %d MB does not come through: %v; look at the limits and time-outs of the proxy", size, err)
		return
	}
	defer answer.Body.Close()
	var ours struct{ Status, Message string }
	broken := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&ours)
	switch {
	case answer.StatusCode == http.StatusUnauthorized && broken == nil && ours.Status == "error":
		d.say(OK, "uploads", "a body of %d MB comes through", size)
	case answer.StatusCode == http.StatusTooManyRequests && broken == nil:
		d.say(Warning, "uploads", "a body of %d MB could not be tried: this address has sent too much lately", size)
	case answer.StatusCode == http.StatusRequestEntityTooLarge:
		d.say(Failure, "uploads", "a body of %d MB is refused before it reaches privet, which takes 640 MB: %s; raise the limit of the proxy "+
			"(nginx: client_max_body_size 640m)", size, by(answer))
	default:
		d.say(Failure, "uploads", "a body of %d MB is answered with %s by something before privet: %s", size, answer.Status, by(answer))
	}
}

// by names who has answered, as far as it says.
func by(answer *http.Response) string {
	if name := answer.Header.Get("Server"); name != "" {
		return "it calls itself " + name
	}
	return "it does not say what it is"
}

// zeros is an endless body.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
