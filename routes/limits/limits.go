// Package limits bounds how often one may send requests and try passwords (contract section 2, Limits). All limits
// stand in this file, but those of uploads, which are in uploads.go; networks.go says what an address is, counters.go counts.
package limits

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/telemetry"
)

// dailyAttempts is how many wrong passwords of one account may come a day from devices that it is not signed in on, and
// from each one that it is; the rate, if that is greater. A person needs a handful; an attacker with any number of
// addresses gets no further than the 110,000 most common passwords in a year.
const dailyAttempts = 300

// Limits of the texts that are kept for good. Accounts and orders are free, so without them one address could fill the
// database with texts of the greatest length within hours. What people usually write is shorter, and not counted.
const (
	// longText is the size in bytes from which on a request's texts count.
	longText = 1000
	// textsKB is how many KB of them a user may send in an hour: 128 of the longest texts.
	textsKB = 8 << 10
)

// ErrExceeded is the error of a request over a limit.
var ErrExceeded = errors.New("limits: exceeded")

// Limiter knows what was counted against all limits. Its counts are in memory: a restart begins all of them anew.
type Limiter struct {
	rate    int
	minute  *counters
	hour    *counters
	day     *counters
	uploads *uploads
}

// New returns a Limiter with a rate of requests a minute for a user or an address, from which the other limits follow.
// With 0 all of them are off but that of test pushes.
func New(rate int, now func() time.Time) *Limiter {
	return &Limiter{
		rate:    rate,
		minute:  newCounters(now, time.Minute, maxKeys),
		hour:    newCounters(now, time.Hour, maxKeys),
		day:     newCounters(now, 24*time.Hour, maxKeys),
		uploads: newUploads(now),
	}
}

// Request counts one request against the limits, and describes in the answer's headers the one that refuses it, else
// the one that is nearest to its end, so that what clients see counting down is what will refuse them. It is not safe
// for concurrent use.
type Request struct {
	*Limiter
	networks []Network
	header   http.Header // of the answer
	shown    *result     // what the header describes; nil for nothing
}

// Request returns the limits of a request that comes from some networks, whose answer has the given header.
func (l *Limiter) Request(networks []Network, header http.Header) *Request {
	return &Request{Limiter: l, networks: networks, header: header}
}

// User counts a request of a signed-in user: against the rate of the user, and ten times the rate of all users of
// the same address together, as accounts are free.
func (r *Request) User(id string) error {
	if r.rate == 0 {
		return nil
	}
	return r.hit(append(r.byNetwork("users", "", 10*r.rate), count{key{what: "user", who: id}, r.rate}))
}

// Anonymous counts a request of nobody who is signed in: against the rate of the address, and, where the endpoint has a
// limit of its own, against that, too. endpoint is "" where it has none.
func (r *Request) Anonymous(endpoint string) error {
	if r.rate == 0 {
		return nil
	}
	counts := r.byNetwork("address", "", r.rate)
	if endpoint != "" {
		counts = append(counts, r.ofEndpoint(endpoint)...)
	}
	return r.hit(counts)
}

// Endpoint counts a request against another endpoint's own limit for the address, because it costs as much.
func (r *Request) Endpoint(name string) error {
	if r.rate == 0 {
		return nil
	}
	return r.hit(r.ofEndpoint(name))
}

// ofEndpoint returns the counts of an endpoint's own limit for an address: a third of the rate.
func (r *Request) ofEndpoint(name string) []count { return r.byNetwork(name, "", max(1, r.rate/3)) }

// Desk counts a superuser's request to the desk by its method: against ten times the rate, and of those that may change something
// against twice the rate, so that a stolen token can't ban everybody within a minute.
func (r *Request) Desk(superuser, method string) error {
	if r.rate == 0 {
		return nil
	}
	counts := []count{{key{what: "desk", who: superuser}, 10 * r.rate}}
	if method != http.MethodGet && method != http.MethodHead {
		counts = append(counts, count{key{what: "desk acts", who: superuser}, 2 * r.rate})
	}
	return r.hit(counts)
}

// TestPush counts a test push of a user: one a minute, also where the limits are off, as each goes to all of the user's
// devices.
func (r *Request) TestPush(user string) error {
	shown, _, ok := r.minute.hit([]count{{key{what: "push", who: user}, 1}})
	if !ok {
		return r.refuse(shown)
	}
	if r.rate != 0 {
		r.show(shown)
	}
	return nil
}

// Texts counts the texts of a request, of size bytes, that are to be kept: against what a user may send in an hour, "" for
// nobody who is signed in, and ten times that for all of the same address. It reports whether they are long enough to count.
func (r *Request) Texts(user string, size int) (long bool, err error) {
	if size < longText {
		return false, nil
	}
	if r.rate == 0 {
		return true, nil
	}
	counts := r.byNetwork("texts", "", 10*textsKB)
	if user != "" {
		counts = append(counts, count{key{what: "texts", who: user}, textsKB})
	}
	shown, _, ok := r.hour.add(counts, (size+1023)/1024)
	if !ok {
		return true, r.refuse(shown)
	}
	return true, nil
}

// Attempt counts an attempt to sign in to an account before its password is compared, by a name of bounded length that
// is the account's alone. Only wrong passwords count: when the password is right, the caller calls refund.
//
// There are three limits: a sixth of the rate for an account from one address; and because an attack may come from many
// addresses, the rate for an account from all of them, and dailyAttempts a day. A device that the account is signed in
// on is exempt from the last two and has dailyAttempts of its own, so that an attack can't lock the owner out. device
// is called where these two are exceeded: it returns the device's name, "" for an unknown device.
func (r *Request) Attempt(account string, device func() (string, error)) (refund func(), err error) {
	if r.rate == 0 {
		return func() {}, nil
	}
	before := r.shown
	address, here, ok := r.minute.hit(r.byNetwork("attempts here", account, max(1, r.rate/6)))
	if !ok {
		return nil, r.refuse(address)
	}
	all, day, err := r.attemptAnywhere(account, device)
	if err != nil {
		r.minute.refund(here)
		return nil, err
	}
	r.show(address)
	return func() {
		r.minute.refund(append(here, all...))
		r.day.refund(day)
		r.describe(before)
	}, nil
}

// attemptAnywhere counts an attempt against the limits of an account from all addresses, or of one of its own devices.
func (r *Request) attemptAnywhere(account string, device func() (string, error)) (minute, day []*window, err error) {
	perDay := max(dailyAttempts, r.rate) // a day's limit is not below a minute's
	dayLeft, day, ok := r.day.hit([]count{{key{what: "attempts", who: account}, perDay}})
	exceeded := dayLeft
	if ok {
		var minuteLeft result
		if minuteLeft, minute, ok = r.minute.hit([]count{{key{what: "attempts", who: account}, r.rate}}); ok {
			r.show(minuteLeft)
			r.show(dayLeft)
			return minute, day, nil
		}
		r.day.refund(day)
		exceeded = minuteLeft
	}
	name, err := device()
	if err != nil {
		return nil, nil, err
	}
	if name == "" {
		return nil, nil, r.refuse(exceeded)
	}
	deviceLeft, day, ok := r.day.hit([]count{{key{what: "attempts of a device", who: account + " " + name}, perDay}})
	if !ok {
		return nil, nil, r.refuse(deviceLeft)
	}
	r.show(deviceLeft)
	return nil, day, nil
}

// byNetwork returns the counts of a limit for each of the request's networks.
func (r *Request) byNetwork(what, who string, limit int) []count {
	counts := make([]count, 0, len(r.networks)+1)
	for _, network := range r.networks {
		counts = append(counts, count{key{what, who, network.Prefix}, limit * network.Factor})
	}
	return counts
}

// hit counts a request in windows of a minute, and shows the result.
func (r *Request) hit(counts []count) error {
	shown, _, ok := r.minute.hit(counts)
	if !ok {
		return r.refuse(shown)
	}
	r.show(shown)
	return nil
}

// refuse says in the headers which limit is exceeded and when to try again.
func (r *Request) refuse(exceeded result) error {
	telemetry.RateLimited.WithLabelValues(exceeded.what).Inc()
	r.describe(&exceeded)
	r.header.Set("Retry-After", Seconds(exceeded.retryAfter))
	r.header.Set("X-RateLimit-Reset", strconv.FormatInt(exceeded.ends.Unix(), 10))
	return ErrExceeded
}

// Seconds returns a wait as the header Retry-After has it: in seconds, rounded up.
func Seconds(wait time.Duration) string {
	return strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10)
}

// show describes a count in the headers if it is nearer to its end than the one that they describe.
func (r *Request) show(one result) {
	if r.shown == nil || one.remaining < r.shown.remaining {
		r.describe(&one)
	}
}

// describe sets the headers that describe a count; nil removes them.
func (r *Request) describe(one *result) {
	r.shown = one
	if one == nil {
		r.Hide()
		return
	}
	r.header.Set("X-RateLimit-Limit", strconv.Itoa(one.limit))
	r.header.Set("X-RateLimit-Remaining", strconv.Itoa(one.remaining))
}

// Hide removes all headers that describe a limit.
func (r *Request) Hide() {
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"} {
		r.header.Del(name)
	}
}
