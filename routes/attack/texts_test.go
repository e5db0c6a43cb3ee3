package attack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// object encodes pairs of names and values as a JSON object.
func object(pairs ...any) []byte {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	encoded, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return encoded
}

// prose returns a text of about size bytes in which most trigrams differ.
func prose(size, seed int) string {
	letters := []rune("абвгдежзийклмнопрстуфхцчшщъыьэюя efghijklmnop")
	var out strings.Builder
	state := uint32(seed)*2654435761 + 1
	for out.Len() < size {
		state = state*1664525 + 1013904223
		out.WriteRune(letters[state>>16%uint32(len(letters))])
	}
	return out.String()
}

const (
	form      = "application/x-www-form-urlencoded"
	multipart = "multipart/form-data; boundary=b"
)

// manyParts is a multipart body of 100,000 fields.
var manyParts = sync.OnceValue(func() []byte {
	var body bytes.Buffer
	for n := range 100_000 {
		fmt.Fprintf(&body, "--b\r\nContent-Disposition: form-data; name=\"f%d\"\r\n\r\nx\r\n", n)
	}
	body.WriteString("--b--\r\n")
	return body.Bytes()
})

// texts are attacks by text, numbers of fields, and the like.
func texts() []attack {
	const kind = "texts"
	// update changes the profile of the worker's account.
	update := func(field string, size int) func(*worker) {
		return func(w *worker) {
			w.send(request{path: "user/update", from: w.n, as: attackerID(w.n), body: object(field, prose(size, w.id()))})
		}
	}
	search := func(query func(n int) string) func(*worker) {
		return func(w *worker) {
			w.send(request{method: http.MethodGet, path: "user/search?" + query(w.id()), from: w.n, as: attackerID(w.turn*w.attack.workers + w.n)})
		}
	}
	body := func(path, contentType string, create func() []byte) func(*worker) {
		content := sync.OnceValue(create)
		return func(w *worker) {
			w.send(request{path: path, from: w.id() % 4096, as: attackerID(w.id()), kind: contentType, body: content()})
		}
	}
	return []attack{
		{kind: kind, name: "descriptions of 1 MB, one account", extra: true, workers: 1, run: update("description", 1<<20)},
		{kind: kind, name: "descriptions of 1 MB, four accounts", workers: 4, run: update("description", 1<<20)},
		{kind: kind, name: "descriptions of 64 KB, four accounts", workers: 4, run: update("description", 65_000)},
		{kind: kind, name: "names of 1 MB", extra: true, workers: 4, run: update("nickname", 1<<20)},
		{kind: kind, name: "descriptions of 65,000 bytes of orders", workers: 4, run: func(w *worker) {
			w.send(request{path: "order/create", from: w.n, as: attackerID(w.id()), body: object("performer_id", 400+2*w.id()%4000,
				"description", prose(65_000, w.id()), "date_till", "2030-01-01 00:00:00")})
		}},
		{kind: kind, name: "orders of 65,000 bytes under keys for retries", workers: 4, run: func(w *worker) {
			w.send(request{path: "order/create", from: w.n, as: attackerID(w.id()), body: object("performer_id", 400+2*w.id()%4000,
				"description", prose(65_000, w.id()), "date_till", "2030-01-01 00:00:00"),
				header: http.Header{"Idempotency-Key": {fmt.Sprint("key ", w.id())}}})
		}},
		{kind: kind, name: "reasons of 65,000 bytes, order after order", workers: 4, run: func(w *worker) {
			status, answer := w.send(request{path: "order/create", from: w.n, as: attackerID(w.id()), body: object("performer_id", 400+2*w.id()%4000,
				"description", "x", "date_till", "2030-01-01 00:00:00")})
			var order struct{ Data struct{ ID int } }
			if status == http.StatusOK && json.Unmarshal(answer, &order) == nil {
				w.send(request{path: fmt.Sprint("order/update/", order.Data.ID), from: w.n, as: attackerID(w.id()), body: object("status", 3, "cancel_text", prose(65_000, w.id()))})
			}
		}},
		{kind: kind, name: "searches for a letter", workers: 4, run: search(func(n int) string { return "text=" + url.QueryEscape(string([]rune("аеиоупрст")[n%9])) })},
		{kind: kind, name: "searches for two letters, late pages", workers: 4, run: search(func(n int) string {
			return fmt.Sprint("text=", url.QueryEscape([]string{"ом", "ра", "ня", "zz"}[n%4]), "&page=", 100+n)
		})},
		{kind: kind, name: "searches for 20,000 letters", workers: 4, run: search(func(n int) string { return "text=" + url.QueryEscape(prose(20_000, n)) })},
		{kind: kind, name: "searches for common words 900 times", extra: true, workers: 4, run: search(func(int) string {
			return "text=" + url.QueryEscape(strings.Repeat("Поздравлю вашу тётю с юбилеем, номер ", 300))
		})},
		{kind: kind, name: "searches for quotes and operators", workers: 4, run: search(func(int) string {
			return "text=" + url.QueryEscape(strings.Repeat(`"* OR NEAR( %_`, 500))
		})},
		{kind: kind, name: "searches on page 1,000,000", extra: true, workers: 4, run: search(func(n int) string { return fmt.Sprint("role=2&page=", 1_000_000+n) })},
		{kind: kind, name: "e-mails of 1 MB", workers: 4, run: body("user/check-free", "", func() []byte { return object("email", strings.Repeat("a.", 1<<19)+"a@example.com") })},
		{kind: kind, name: "e-mails of quotes and comments", workers: 4, run: body("user/check-free", "", func() []byte {
			return object("email", strings.Repeat("(", 100_000)+strings.Repeat(`"\"`, 100_000)+"@"+strings.Repeat("a-.", 100_000))
		})},
		{kind: kind, name: "JSON of depth 500,000", workers: 4, run: body("user/update", "", func() []byte {
			return []byte(`{"a":` + strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000) + "}")
		})},
		{kind: kind, name: "JSON of 200,000 keys", extra: true, workers: 4, run: body("user/update", "", func() []byte {
			var out strings.Builder
			for n := range 200_000 {
				fmt.Fprintf(&out, `,"k%d":{"a":[]}`, n)
			}
			return []byte("{" + out.String()[1:] + "}")
		})},
		{kind: kind, name: "a list of 300,000 wrong categories", extra: true, workers: 4, run: body("user/update", "", func() []byte {
			return []byte(`{"category_ids":["x"` + strings.Repeat(`,"x"`, 300_000) + "]}")
		})},
		{kind: kind, name: "forms of 100,000 nested keys", workers: 4, run: body("user/update", form, func() []byte {
			var out strings.Builder
			for n := range 100_000 {
				fmt.Fprintf(&out, "&a[%d][b][c][d]=1", n)
			}
			return []byte(out.String()[1:])
		})},
		{kind: kind, name: "a form with one key of depth 300,000", workers: 4, run: body("user/update", form, func() []byte {
			return []byte("a" + strings.Repeat("[b]", 300_000) + "=1")
		})},
		{kind: kind, name: "multipart of 100,000 parts", workers: 4, run: body("auth/signup", multipart, manyParts)},
		{kind: kind, name: "multipart parts with headers of 1 MB", extra: true, workers: 4, run: body("auth/signup", multipart, func() []byte {
			return []byte("--b\r\nContent-Disposition: form-data; name=\"a\"\r\nX-A: " + strings.Repeat("x", 1<<20) + "\r\n\r\nx\r\n--b--\r\n")
		})},
	}
}
