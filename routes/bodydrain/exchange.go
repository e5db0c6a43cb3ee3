package bodydrain

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// exchange is one request with a body and the ResponseWriter of its answer.
type exchange struct {
	http.ResponseWriter // the server's
	drainer             *Drainer
	request             *http.Request
	control             *http.ResponseController
	body                body
	answered            bool      // the answer has begun, or the connection was hijacked
	writeBy             time.Time // the write deadline; zero: none
}

func newExchange(d *Drainer, w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{
		ResponseWriter: w,
		drainer:        d,
		request:        r,
		control:        http.NewResponseController(w),
		body:           body{source: r.Body, left: r.ContentLength},
	}
	x.body.pace = pace{control: x.control, credit: d.limits.credit, rate: d.limits.rate}
	if r.ContentLength >= 0 && r.ContentLength <= d.limits.smallBody {
		x.body.pace.credit = d.limits.smallCredit
	}
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.WriteTimeout > 0 {
		x.writeBy = time.Now().Add(server.WriteTimeout)
	}
	return x
}

// Unwrap returns the server's ResponseWriter, for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// WriteHeader implements http.ResponseWriter. Informational answers (1xx) don't wait for the body.
func (x *exchange) WriteHeader(status int) {
	if status >= http.StatusOK {
		x.beforeAnswer()
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (x *exchange) Write(p []byte) (int, error) {
	x.beforeAnswer()
	return x.ResponseWriter.Write(p)
}

// ReadFrom implements io.ReaderFrom: net/http's copies a file without bringing it into memory (sendfile).
func (x *exchange) ReadFrom(r io.Reader) (int64, error) {
	x.beforeAnswer()
	return io.Copy(x.ResponseWriter, r)
}

// Flush implements http.Flusher.
func (x *exchange) Flush() { _ = x.FlushError() }

// FlushError is the Flush of http.ResponseController.
func (x *exchange) FlushError() error {
	x.beforeAnswer()
	return x.control.Flush()
}

// Hijack implements http.Hijacker. The body belongs to the hijacker then.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := x.control.Hijack()
	if err == nil {
		x.answered = true
	}
	return conn, buffered, err
}

// SetWriteDeadline is that of http.ResponseController. The time that is spent on discarding the body is added to it.
func (x *exchange) SetWriteDeadline(deadline time.Time) error {
	x.writeBy = deadline
	return x.control.SetWriteDeadline(deadline)
}

// beforeAnswer discards what is left of the body, unless the answer has begun already. Where the limits don't allow all
// of it to be discarded, the answer closes the connection.
func (x *exchange) beforeAnswer() {
	if x.answered {
		return
	}
	x.answered = true
	if x.body.ended {
		return
	}
	if x.body.pace.failed && x.request.ProtoMajor == 1 {
		x.Header().Set("Connection", "close") // there is nothing more to wait for
		return
	}
	if !x.body.started && x.request.ProtoAtLeast(1, 1) && strings.EqualFold(x.request.Header.Get("Expect"), "100-continue") {
		// The client sends the body only after a 100 (Continue), which reading would cause. net/http closes the
		// connection after such an answer, as the client may send the body all the same.
		return
	}
	began := time.Now()
	if x.discard(began) == nil {
		_ = x.control.SetReadDeadline(time.Time{}) // net/http sets one for the next request
	} else if x.request.ProtoMajor == 1 {
		x.Header().Set("Connection", "close")
	}
	if !x.writeBy.IsZero() {
		_ = x.control.SetWriteDeadline(x.writeBy.Add(time.Since(began)))
	}
}

// errOverLimit means that less than all of the body may be discarded.
var errOverLimit = errors.New("bodydrain: more than may be discarded")

// quotaStep is the bytes by which the share of a body of undeclared length grows.
const quotaStep = 8 << 20

var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// discard reads the body to its end. It returns an error when a limit or the client ends it before.
func (x *exchange) discard(began time.Time) error {
	d := x.drainer
	defer d.config.Begin()()
	var quota *share
	if x.body.left <= d.limits.maxBody {
		quota = d.quota.acquire(d.config.Networks(x.request), max(x.body.left, 0))
	}
	if quota == nil {
		// net/http reads a little more of it after the answer, until then.
		_ = x.control.SetReadDeadline(began.Add(time.Second))
		return errOverLimit
	}
	defer quota.release()
	shortened := make(chan struct{})
	cancelShortening := context.AfterFunc(d.stopping, func() {
		defer close(shortened)
		_ = x.control.SetReadDeadline(d.stopTime())
	})
	defer func() {
		if !cancelShortening() { // it has begun, and must end before the request: setting a deadline later panics in HTTP/2
			<-shortened
		}
	}()

	buffer := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(buffer)
	var discarded int64
	var renewed time.Time
	for {
		if now := time.Now(); now.Sub(renewed) > d.limits.idle/16 {
			renewed = now
			if err := x.renewReadDeadline(began, now, discarded); err != nil {
				return err
			}
		}
		n, err := x.body.read(buffer[:])
		discarded += int64(n)
		switch {
		case x.body.ended:
			return nil
		case err != nil:
			return err
		case discarded > d.limits.maxBody:
			return errOverLimit
		case discarded > quota.bytes && !quota.grow(quotaStep):
			return errOverLimit
		}
	}
}

// renewReadDeadline gives the client the time for its next bytes.
func (x *exchange) renewReadDeadline(began, now time.Time, discarded int64) error {
	l, stopping := &x.drainer.limits, x.drainer.stopping
	deadline := now.Add(l.idle)
	for _, limit := range []time.Duration{l.total, l.grace + time.Duration(discarded/l.minRate)*time.Second} {
		if by := began.Add(limit); by.Before(deadline) {
			deadline = by
		}
	}
	err := x.control.SetReadDeadline(deadline)
	// Stop may have set its deadline just before this one replaced it: then it is set again. A later Stop replaces this one.
	if stopping.Err() != nil && x.drainer.stopTime().Before(deadline) {
		err = x.control.SetReadDeadline(x.drainer.stopTime())
	}
	return err
}
