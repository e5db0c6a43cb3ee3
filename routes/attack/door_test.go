package attack

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// door are attacks on PocketBase's own API and on the pages, by nobody in particular.
func door() []attack {
	const kind = "PocketBase's API"
	get := func(path func(n int) string) func(*worker) {
		return func(w *worker) { w.send(request{method: http.MethodGet, path: path(w.id()), from: w.n}) }
	}
	post := func(path string, contentType string, create func() []byte) func(*worker) {
		body := sync.OnceValue(create)
		return func(w *worker) { w.send(request{path: path, from: w.n, kind: contentType, body: body()}) }
	}
	page := func(paths ...string) func(*worker) {
		return func(w *worker) {
			w.send(request{method: http.MethodGet, path: paths[w.id()%len(paths)], from: w.n, header: http.Header{"Accept-Encoding": {"gzip"}}})
		}
	}
	return []attack{
		{kind: kind, name: "realtime, 1,000 subscriptions a connection", workers: 20, run: func(w *worker) { w.subscribe(1000, "") }},
		{kind: kind, name: "realtime, subscriptions with long options", extra: true, workers: 20, run: func(w *worker) {
			w.subscribe(100, `?options={"query":{"filter":"`+strings.Repeat("id=1||", 300)+`id=1"}}`)
		}},
		{kind: kind, name: "realtime, connections without end", workers: 20, run: func(w *worker) { w.subscribe(0, "") }},
		{kind: kind, name: "batches of 1,000 requests", workers: 8, run: post("/api/batch", "", func() []byte {
			const item = `{"method":"POST","url":"/api/collections/users/records","body":{"email":"x@example.com"}}`
			return []byte(`{"requests":[` + item + strings.Repeat(","+item, 999) + "]}")
		})},
		{kind: kind, name: "JSON bodies of 30 MB", workers: 4, run: post("/api/collections/users/records", "", func() []byte {
			return []byte(`{"a":"` + strings.Repeat("x", 30<<20) + `"}`)
		})},
		{kind: kind, name: "JSON bodies of 10 million empty lists", extra: true, workers: 4, run: post("/api/collections/orders/records", "", func() []byte {
			return []byte(`{"a":[[]` + strings.Repeat(",[]", 10_000_000) + "]}")
		})},
		{kind: kind, name: "forms of 30 MB", workers: 4, run: post("/api/collections/_superusers/auth-with-password", form, func() []byte {
			return bytes.Repeat([]byte("a=b&"), 7<<20)
		})},
		{kind: kind, name: "multipart of 100,000 parts", workers: 4, run: func(w *worker) {
			w.send(request{path: "/api/collections/users/records", from: w.n, kind: multipart, body: manyParts()})
		}},
		{kind: kind, name: "refusals that are logged with 14 KB", workers: 8, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: "/api/collections/orders/records?filter=" + strings.Repeat("x", 14_000) + fmt.Sprint(w.id()), from: w.n,
				header: http.Header{"User-Agent": {strings.Repeat("u", 8000)}, "Referer": {strings.Repeat("r", 8000)}}})
		}},
		{kind: kind, name: "refusals that are logged, 8,192 addresses", extra: true, workers: 20, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: fmt.Sprint("/api/collections/none", w.id(), "/records"), from: w.wide()})
		}},
		{kind: kind, name: "filters of 500 conditions", workers: 8, run: get(func(n int) string {
			return "/api/collections/users/records?perPage=1000&sort=@random&filter=" + url.QueryEscape(strings.Repeat("(description~'a%'||", 250)+"id=1"+strings.Repeat(")", 250))
		})},
		{kind: kind, name: "expansions and fields of depth 6", extra: true, workers: 8, run: get(func(n int) string {
			return fmt.Sprint("/api/collections/orders/records/", n, "?expand=client.devices_via_user.user,performer.media_via_user&fields=", strings.Repeat("a.b.c:excerpt(10,true),", 500))
		})},
		{kind: kind, name: "tokens of superusers, forged", workers: 20, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: "/api/collections/users/records", from: w.n,
				header: http.Header{"Authorization": {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6IngiLCJ0eXBlIjoiYXV0aCIsImNvbGxlY3Rpb25JZCI6InBiY18zMTQyNjM1ODIzIn0." + strings.Repeat("A", 43)}}})
		}},
		{kind: kind, name: "file tokens and files", workers: 20, run: func(w *worker) {
			if w.id()%2 == 0 {
				w.send(request{path: "/api/files/token", from: w.n})
			} else {
				w.send(request{method: http.MethodGet, path: "/api/files/media/1/x.png?thumb=5000x5000", from: w.n})
			}
		}},
		{kind: kind, name: "OAuth2 and sign-in methods", extra: true, workers: 20, run: func(w *worker) {
			if w.id()%2 == 0 {
				w.send(request{method: http.MethodGet, path: "/api/collections/users/auth-methods", from: w.n})
			} else {
				w.send(request{path: "/api/collections/users/auth-with-oauth2", from: w.n, body: object("provider", "google", "code", "x", "codeVerifier", "x", "redirectURL", "http://127.0.0.1:1/")})
			}
		}},
		{kind: kind, name: "superusers' routes", workers: 20, run: func(w *worker) {
			path := []string{"logs", "logs/stats", "backups", "settings", "crons", "collections", "collections/import", "sql"}[w.id()%8]
			w.send(request{method: []string{http.MethodGet, http.MethodPost, http.MethodPut}[w.id()%3], path: "/api/" + path, from: w.n, body: []byte("{}")})
		}},
		{kind: kind, name: "the reference and its documents", workers: 8, run: page("/", "/openapi.yaml", "/openapi.json", "/postman.json", "/guide")},
		{kind: kind, name: "the dashboard's files, compressed anew", extra: true, workers: 8, run: page("/_/", "/_/index.html")},
		{kind: kind, name: "preflights and odd methods", extra: true, workers: 20, run: func(w *worker) {
			w.send(request{method: []string{"OPTIONS", "TRACE", "PROPFIND", "QUERY"}[w.id()%4], path: "/api/collections/users/records", from: w.n,
				header: http.Header{"Origin": {"https://example.com"}, "Access-Control-Request-Method": {"POST"}}})
		}},
		{kind: kind, name: "paths of a million slashes and dots", workers: 8, run: get(func(n int) string { return "/api/" + strings.Repeat([]string{"//", "./", "../", "%2e/"}[n%4], 200_000) })},
	}
}

// subscribe opens a stream of PocketBase's realtime API and subscribes to topics with options. The stream stays open
// until the attack ends.
func (w *worker) subscribe(topics int, options string) {
	from := w.n
	conn, err := w.dial(from)
	if err != nil {
		return
	}
	fmt.Fprintf(conn, "GET /api/realtime HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n", w.host)
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		w.fail(err)
		return
	}
	w.count(fmt.Sprint(response.StatusCode), "")
	if response.StatusCode != http.StatusOK {
		conn.Close()
		w.pause(5 * time.Millisecond)
		return
	}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
			var connected struct{ ClientID string }
			if json.Unmarshal([]byte(data), &connected) != nil {
				return
			}
			list := []string{}
			for n := range topics {
				list = append(list, fmt.Sprintf("users/%d%s", n, options))
			}
			if topics > 0 {
				w.send(request{path: "/api/realtime", from: from, body: object("clientId", connected.ClientID, "subscriptions", list)})
			}
			return
		}
	}
}
