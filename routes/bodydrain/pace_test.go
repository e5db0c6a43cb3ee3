package bodydrain

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// readAll is a handler that reads the body, and answers with 408 if it comes too slowly.
func readAll(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); errors.Is(err, ErrTooSlow) {
		w.WriteHeader(http.StatusRequestTimeout)
		return
	} else if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// paced are testLimits in which a handler's reading has a pace.
func paced() bounds {
	l := testLimits
	l.credit, l.smallCredit, l.smallBody, l.rate = 4*time.Second, 500*time.Millisecond, 1000, 10_000
	return l
}

// A body that comes too slowly is ended with an answer, however quickly it began, and the connection with it.
func TestTooSlow(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]struct{ lines, first string }{
		"a small body of which nothing comes": {"Content-Length: 1000\r\n", ""},
		"a large one":                         {"Content-Length: 1000000\r\n", "x"},
		"one of unknown length":               {"Transfer-Encoding: chunked\r\n", "1\r\nx\r\n"},
		"one that began quickly":              {"Content-Length: 1000000\r\n", strings.Repeat("x", 900_000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, paced(), readAll)
			c := s.post(body.lines, body.first)
			stop := make(chan struct{})
			trickled := make(chan struct{})
			go func() {
				defer close(trickled)
				for {
					select {
					case <-stop:
						return
					case <-time.After(50 * time.Millisecond):
						if body.first == "" || strings.HasPrefix(body.lines, "Transfer") {
							continue
						}
						_, _ = io.WriteString(c, "x") // fails once the server has closed the connection
					}
				}
			}()
			response, err := http.ReadResponse(c.Reader, nil)
			close(stop)
			<-trickled
			if err != nil || response.StatusCode != http.StatusRequestTimeout || !response.Close {
				t.Errorf("%v %v", response, err)
			}
		})
	}
}

// A body that is faster than it must be on average may come for longer than the credit of time.
func TestSlowButFastEnough(t *testing.T) {
	t.Parallel()
	s := start(t, paced(), readAll)
	c := s.post("Content-Length: 120000\r\n", "")
	for range 60 { // longer than the credit
		c.send(strings.Repeat("x", 2000))
		time.Sleep(100 * time.Millisecond)
	}
	response, err := http.ReadResponse(c.Reader, nil)
	if err != nil || response.StatusCode != http.StatusNoContent || response.Close {
		t.Errorf("%v %v", response, err)
	}
	c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") // the connection stays
	if response, err := http.ReadResponse(c.Reader, nil); err != nil || response.StatusCode != http.StatusNoContent {
		t.Errorf("%v %v", response, err)
	}
}
