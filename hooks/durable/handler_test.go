package durable

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// serve answers requests by a handler behind Handler, until the test ends. The answer of a failing disk is 500.
func serve(t *testing.T, l *Log, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(l.Handler(handler, func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}))
	t.Cleanup(s.Close)
	return s
}

func request(t *testing.T, method, url string) (status int, header http.Header, body string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(content)
}

// The first byte of an answer waits for the disk, however the handler writes it, and is not sent if that fails.
func TestAnswersWait(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"header":  func(w http.ResponseWriter) { w.WriteHeader(http.StatusCreated) },
		"body":    func(w http.ResponseWriter) { _, _ = w.Write([]byte("secret")) },
		"copy":    func(w http.ResponseWriter) { _, _ = io.Copy(w, strings.NewReader("secret")) },
		"flush":   func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() },
		"hijack":  func(w http.ResponseWriter) { _, _, _ = http.NewResponseController(w).Hijack() },
		"nothing": func(http.ResponseWriter) {},
	} {
		t.Run(name, func(t *testing.T) {
			l, disk := newTestLog(t)
			calls := 0
			s := serve(t, l, func(w http.ResponseWriter, r *http.Request) {
				calls++
				w.Header().Set("Location", "/secret")
				w.Header().Set("Content-Length", "6")
				w.Header().Set("X-Kept", "yes")
				if r.Method == http.MethodGet {
					_, _ = w.Write([]byte("secret"))
					return
				}
				l.Committed()
				answer(w)
			})
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				status, header, body := request(t, http.MethodPost, s.URL)
				if status != http.StatusInternalServerError || strings.Contains(body, "secret") || header.Get("Location") != "" || header.Get("X-Kept") != "yes" {
					t.Error(status, header, body)
				}
			}()
			<-disk.began
			select {
			case <-answered:
				t.Fatal("the answer did not wait")
			default:
			}
			disk.end <- errors.New("no disk")
			<-answered
			if status, _, _ := request(t, http.MethodPatch, s.URL); status != http.StatusInternalServerError || calls != 1 {
				t.Errorf("after the failure: %d, %d calls", status, calls)
			}
			if status, _, body := request(t, http.MethodGet, s.URL); status != http.StatusOK || body != "secret" {
				t.Error(status, body)
			}
		})
	}
}

// Informational answers don't wait, and a request that changes nothing is answered at once.
func TestAnswersThatDoNotWait(t *testing.T) {
	l, disk := newTestLog(t)
	hints := make(chan struct{})
	s := serve(t, l, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			l.Committed()
			return
		}
		l.Committed()
		w.WriteHeader(http.StatusEarlyHints)
		close(hints)
	})
	if status, _, _ := request(t, http.MethodGet, s.URL); status != http.StatusOK {
		t.Error(status)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if status, _, _ := request(t, http.MethodPost, s.URL); status != http.StatusOK {
			t.Error(status)
		}
	}()
	<-hints
	<-disk.began
	disk.end <- nil
	<-answered
	idle := serve(t, l, func(http.ResponseWriter, *http.Request) {})
	if status, _, _ := request(t, http.MethodPost, idle.URL); status != http.StatusOK {
		t.Error(status)
	}
}
