package attack

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// connections are attacks below and around HTTP.
func connections() []attack {
	const kind = "connections"
	// hold opens connections, sends them a text, and keeps them open.
	hold := func(text string, pause time.Duration) func(*worker) {
		return func(w *worker) {
			conn, err := w.dial(w.n)
			if err != nil {
				return
			}
			if _, err := io.WriteString(conn, text); err != nil {
				w.fail(err)
			}
			w.count("open", "")
			w.pause(pause)
		}
	}
	headers := func(h http.Header) func(*worker) {
		return func(w *worker) {
			w.send(request{method: http.MethodGet, path: "order/search", from: w.n, as: attackerID(w.id()), header: h})
		}
	}
	many := sync.OnceValue(func() http.Header {
		h := http.Header{}
		for n := range 20_000 {
			h[fmt.Sprintf("X-Header-%d", n)] = []string{"x"}
		}
		return h
	})
	const post = "POST /api/v1/user/check-free HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	return []attack{
		{kind: kind, name: "2,000 idle connections", workers: 20, run: hold("", 10*time.Millisecond)},
		{kind: kind, name: "2,000 idle connections after a request", workers: 20, run: hold("GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n", 10*time.Millisecond)},
		{kind: kind, name: "headers that never end", extra: true, workers: 20, run: hold("GET / HTTP/1.1\r\nHost: x\r\nX-A: ", 10*time.Millisecond)},
		{kind: kind, name: "headers of 900 KB that never end", workers: 20, run: hold("GET / HTTP/1.1\r\nHost: x\r\nX-A: "+strings.Repeat("x", 900<<10), 50*time.Millisecond)},
		{kind: kind, name: "JSON bodies that never end", extra: true, workers: 20, run: hold(post+"Content-Length: 1000000\r\n\r\n{", 10*time.Millisecond)},
		{kind: kind, name: "JSON bodies of 900 KB that never end", workers: 20, run: hold(post+"Content-Length: 1000000\r\n\r\n{\"a\":\""+strings.Repeat("x", 900<<10), 50*time.Millisecond)},
		{kind: kind, name: "refused bodies that never end", workers: 20, run: hold("POST /api/v1/order/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 600000000\r\n\r\n{", 10*time.Millisecond)},
		{kind: kind, name: "100-continue, and no body", workers: 20, run: hold(post+"Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n", 10*time.Millisecond)},
		{kind: kind, name: "answers that nobody reads", workers: 20, run: hold(strings.Repeat("GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n", 200), 50*time.Millisecond)},
		{kind: kind, name: "pages of users that nobody reads", extra: true, workers: 20, run: func(w *worker) {
			hold(strings.Repeat("GET /api/v1/user/search HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token(attackerID(w.n))+"\r\n\r\n", 200), 50*time.Millisecond)(w)
		}},
		{kind: kind, name: "1,000 pipelined requests", workers: 20, run: func(w *worker) {
			conn, err := w.dial(w.n)
			if err != nil {
				return
			}
			defer conn.Close()
			go func() {
				_, _ = io.WriteString(conn, strings.Repeat("GET /api/v1/user/view/1 HTTP/1.1\r\nHost: x\r\n\r\n", 1000))
			}()
			in := bufio.NewReader(conn)
			for range 1000 {
				response, err := http.ReadResponse(in, nil)
				if err != nil {
					w.fail(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				w.count(fmt.Sprint(response.StatusCode), "")
			}
		}},
		{kind: kind, name: "a connection for each request", extra: true, workers: 20, run: func(w *worker) {
			conn, err := w.dial(w.n)
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "GET /api/v1/user/view/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
				w.fail(err)
			} else {
				w.count(fmt.Sprint(response.StatusCode), "")
			}
		}},
		{kind: kind, name: "bodies in chunks of a byte", workers: 8, run: func(w *worker) {
			conn, err := w.dial(w.n)
			if err != nil {
				return
			}
			defer conn.Close()
			go func() {
				_, _ = io.WriteString(conn, post+"Transfer-Encoding: chunked\r\n\r\n"+strings.Repeat("1\r\n \r\n", 500_000)+"0\r\n\r\n")
			}()
			if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
				w.fail(err)
			} else {
				w.count(fmt.Sprint(response.StatusCode), "")
			}
		}},
		{kind: kind, name: "what is not HTTP", extra: true, workers: 20, run: hold("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 10*time.Millisecond)},
		{kind: kind, name: "requests with 20,000 headers", workers: 8, run: func(w *worker) { headers(many())(w) }},
		{kind: kind, name: "a header of 900 KB", workers: 8, run: headers(http.Header{"X-A": {strings.Repeat("x", 900<<10)}})},
		{kind: kind, name: "Accept-Language of 900 KB", workers: 8, run: headers(http.Header{"Accept-Language": {strings.Repeat("ru;q=0.5,", 100<<10)}})},
		{kind: kind, name: "Accept-Encoding of 900 KB", extra: true, workers: 8, run: headers(http.Header{"Accept-Encoding": {strings.Repeat("br;q=0.5,", 100<<10)}})},
		{kind: kind, name: "X-Forwarded-For of 100,000 addresses", workers: 8, run: headers(http.Header{"X-Forwarded-For": {strings.Repeat("[::1]:1, ", 100_000)}})},
		{kind: kind, name: "100,000 cookies", extra: true, workers: 8, run: headers(http.Header{"Cookie": {strings.Repeat("a=b; ", 100_000)}})},
		{kind: kind, name: "queries of 900 KB", extra: true, workers: 8, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: "order/search?" + strings.Repeat("a[]=1&", 150_000), from: w.n, as: attackerID(w.id())})
		}},
		{kind: kind, name: "queries of 900 KB that every link repeats", workers: 8, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: "user/search?x=" + strings.Repeat("x", 900<<10), from: w.n, as: attackerID(w.id())})
		}},
		{kind: kind, name: "as many small requests as possible", workers: 40, flood: true, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: "order/search", from: w.n})
		}},
	}
}
