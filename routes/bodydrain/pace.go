package bodydrain

import (
	"errors"
	"net/http"
	"os"
	"time"
)

// ErrTooSlow is the error of reading a body whose client is too slow. The API answers 408.
var ErrTooSlow = errors.New("bodydrain: the request body came too slowly")

// pace ends the reading of a body that comes too slowly, so that nobody keeps a connection and a place among the uploads
// for nothing. A client has a credit of time, which each byte raises a little, up to where it began: it may be silent, or
// as slow as it likes, for that long, but not on average.
type pace struct {
	control *http.ResponseController
	credit  time.Duration // at most; 0: the client may be as slow as it likes
	rate    int64         // bytes that raise the credit by a second

	by     time.Time // when the credit will be used up
	set    time.Time // when the read deadline was last set
	failed bool      // it was used up
}

// await limits the time of the read that follows.
func (p *pace) await() {
	if p.credit == 0 {
		return
	}
	now := time.Now()
	if p.by.IsZero() {
		p.by = now.Add(p.credit)
	}
	if now.Sub(p.set) > p.credit/64 {
		p.set = now
		_ = p.control.SetReadDeadline(p.by) // without deadlines, as in HTTP servers of tests, there is no limit
	}
}

// progress counts n bytes that were read, after which the body has ended or not, and returns the error of the read.
func (p *pace) progress(n int, ended bool, err error) error {
	if p.credit == 0 {
		return err
	}
	p.by = p.by.Add(time.Duration(int64(n) * int64(time.Second) / p.rate))
	if latest := time.Now().Add(p.credit); p.by.After(latest) {
		p.by = latest
	}
	switch {
	case ended:
		_ = p.control.SetReadDeadline(time.Time{}) // one that passed later would cancel the request's context
	case errors.Is(err, os.ErrDeadlineExceeded):
		p.failed = true
		return ErrTooSlow
	}
	return err
}
