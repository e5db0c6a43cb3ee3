package contract

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// A path that isn't exactly a route is not found, whatever it contains.
func TestHostilePaths(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	s.Order(client, performer)
	for _, route := range []string{"order/view/", "user/view/", "order/update/"} {
		method := "GET"
		if strings.Contains(route, "update") {
			method = "POST"
		}
		for _, id := range []string{
			"0", "-1", "%2B1", "1.0", "1e0", "0x1", "9223372036854775807", "9223372036854775808", strings.Repeat("9", 5000), "%D9%A1", "１", "1%00", "%00", "%ff", "1%20", "%201",
			"1%2F2", "1%2f..", "%2e%2e", "..%2f..", "1;2", "1'--", "1%3Fx=1", "null", "true", "{order_id}", "%7Bid%7D", strings.Repeat("a", 8000), "1%0d%0aX: y", "%", "%zz", "%u0031",
		} {
			if _, err := url.Parse("http://x/" + id); err != nil {
				continue // net/http rejects it before it reaches a route
			}
			if answer := sane(t, route+id, s.Request(method, route+id).As(client.Token)); answer.Status != 404 {
				t.Errorf("%s%s: %d %s", route, shortened(id), answer.Status, shortened(string(answer.Body)))
			}
		}
	}
	for _, path := range []string{
		"/api/v1/", "/api/v1/nope", "/api/v1/auth", "/api/v1/auth/login/x", "/api/v1/auth%2flogin%2fx", "/api/v1//auth/login", "/api/v1/./auth/login", "/api/v1/x/../auth/login",
		"/api/v1/%2e%2e/%2e%2e/etc/passwd", "/api/v1/..%2f..%2f_/", "/api/v1/auth/login%00", "/api/v1/\xff", "/api/v1/%ff%fe", "/api/v1/" + strings.Repeat("a/", 5000),
		"/api/v1/AUTH/LOGIN", "/api/v1/{path...}", "/api/v1/<script>", "/api/v1/😀",
	} {
		if answer := sane(t, path, s.Post(path)); answer.Status != 404 {
			t.Errorf("%s: %d %s", shortened(path), answer.Status, shortened(string(answer.Body)))
		}
	}
	s.WantCleanLog()
}

// The answer to any method is the contract's.
func TestHostileMethods(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	s.Order(client, performer)
	for _, endpoint := range endpoints {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS", "QUERY", "post", "X"} {
			what := method + " " + endpoint.path
			answer, err := s.Request(method, endpoint.path).As(client.Token).JSON("{}").Try()
			if err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			known := method == endpoint.method || method == "HEAD" && endpoint.method == "GET"
			switch {
			case known && answer.Status == 500 && endpoint.path == "push":
			case known && (answer.Status == 405 || answer.Status == 404 && endpoint.path != "user/get-by-invite" || answer.Status >= 500), !known && method != "OPTIONS" && answer.Status != 405:
				t.Errorf("%s: %d %s", what, answer.Status, answer.Body)
			case !known && !strings.Contains(answer.Header.Get("Allow"), endpoint.method):
				t.Errorf("%s: Allow %q", what, answer.Header.Get("Allow"))
			}
			if method != "HEAD" && method != "OPTIONS" && !json.Valid(answer.Body) {
				t.Errorf("%s: %s", what, answer.Body)
			}
		}
		for _, method := range []string{"GET", "PUT", "CONNECT", "OPTIONS", "nope", strings.Repeat("A", 10_000), "\xff", "GET, POST"} {
			if endpoint.path == "push" && method == "GET" {
				continue // its 500 is documented
			}
			sane(t, "overridden by "+method, s.Post(endpoint.path).Header("X-HTTP-Method-Override", method).JSON("{}"))
		}
	}
	s.WantCleanLog()
}

// Any header gets a sane answer.
func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client := s.Client()
	long := strings.Repeat("a", 25_000)
	for _, token := range []string{
		"Bearer", "Bearer ", "Bearer |", "Bearer 1|", "Bearer |x", "Bearer 1|" + long, "Bearer " + long, "Bearer 99999999999999999999|x", "Bearer -1|x", "Bearer 1|x|y", "Basic x",
		"Bearer 1|' OR 1=1 --", "Bearer 1|\xff\xfe", strings.Repeat("Bearer ", 3_000), "Bearer " + strings.Repeat("1|", 10_000), strings.Repeat(",", 10_000),
	} {
		sane(t, "token "+token, s.Get("order/search").Header("Authorization", token)).Want(401)
	}
	for _, language := range []string{
		long, strings.Repeat("ru,", 300), "*", ";", ";q=", "ru;q=nan", "ru;q=-1", "x-" + strings.Repeat("a-", 400), "\xff", "ru-\xd0", strings.Repeat("-", 900), "en-u-co-" + strings.Repeat("abcd-", 150),
	} {
		sane(t, "language "+language, s.Post("auth/login").Header("Accept-Language", language).Form("email", client.Email, "password", testkit.Password)).Want(200)
	}
	for _, kind := range []string{
		"", ";", "application/json; charset=utf-16", "application/json; charset=" + long, "text/plain", "multipart/form-data", "multipart/form-data; boundary=", `multipart/form-data; boundary="`,
		"multipart/form-data; boundary=" + strings.Repeat("b", 10_000), "multipart/form-data; boundary=\xff", "multipart/mixed; boundary=b", "application/x-www-form-urlencoded; charset=x", "/json", "+json",
		"multipart/form-data; boundary=b; boundary=c", "Multipart/Form-Data; BOUNDARY=b", "multipart/form-data; application/json; boundary=b", "\xe2\x84\xaamultipart", "application/json, multipart/form-data; boundary=b",
	} {
		for _, body := range []string{"", "{}", "a=1", "--b\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n1\r\n--b--\r\n", "\x00"} {
			sane(t, fmt.Sprintf("%s with %q", kind, body), s.Post("user/update").As(client.Token).Raw(kind, strings.NewReader(body)))
		}
	}
	// Duplicate headers and wrong lengths may end the connection, but not the server.
	for what, request := range map[string]string{
		"two tokens":       "GET /api/v1/order/search HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nAuthorization: Bearer " + client.Token + "\r\n\r\n",
		"two types":        "POST /api/v1/user/update HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + client.Token + "\r\nContent-Type: application/json\r\nContent-Type: multipart/form-data\r\nContent-Length: 2\r\n\r\n{}",
		"two lengths":      "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
		"length and chunk": "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"no length":        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n{}",
		"a longer body":    "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}{}{}{}\r\n\r\n",
		"negative length":  "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"bad chunks":       "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
		"absolute address": "GET http://other/api/v1/order/search HTTP/1.1\r\nHost: x\r\n\r\n",
		"old protocol":     "GET /api/v1/order/search HTTP/1.0\r\n\r\n",
		"hostile host":     "GET /api/v1/order/search HTTP/1.1\r\nHost: x\"><script>\r\nAuthorization: Bearer " + client.Token + "\r\n\r\n",
	} {
		if answer := s.Exchange(request, nil, ""); answer.StatusCode >= 500 {
			t.Errorf("%s: %s", what, answer.Status)
		}
	}
	s.Get("order/search").As(client.Token).Do().Want(200)
	s.WantCleanLog()
}

// counter counts the bytes read from a reader.
type counter struct {
	io.Reader
	bytes atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// repeated is an endless reader of a text.
type repeated string

func (r repeated) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		n += copy(p[n:], r)
	}
	return len(p), nil
}

// Any multipart body gets a sane answer, and an endless body is not read beyond the largest limit of a route.
func TestHostileMultipart(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client := s.Client()
	check := s.Snapshot()
	post := func(body io.Reader) *testkit.Request {
		return s.Post("user/update").As(client.Token).Raw("multipart/form-data; boundary=b", body)
	}
	part := func(header, content string) string { return "--b\r\n" + header + "\r\n\r\n" + content + "\r\n" }
	const field = `Content-Disposition: form-data; name="x"`
	for what, body := range map[string]string{
		"thousands of parts":    strings.Repeat(part(field, ""), 15_000) + "--b--",
		"thousands of files":    strings.Repeat(part(`Content-Disposition: form-data; name="media"; filename="a.mp4"`, "x"), 10_000) + "--b--",
		"thousands of names":    manyNames() + "--b--",
		"deep name":             part(`Content-Disposition: form-data; name="x`+strings.Repeat("[a]", 100_000)+`"`, "") + "--b--",
		"deep file":             part(`Content-Disposition: form-data; name="media`+strings.Repeat("[a]", 100_000)+`"; filename="a.png"`, string(testkit.PNG())) + "--b--",
		"long name":             part(`Content-Disposition: form-data; name="`+strings.Repeat("n", megabyte)+`"`, "") + "--b--",
		"long file name":        part(`Content-Disposition: form-data; name="avatar"; filename="`+strings.Repeat("n", 100_000)+`.png"`, string(testkit.PNG())) + "--b--",
		"many headers":          part(field+strings.Repeat("\r\nX: y", 50_000), "") + "--b--",
		"no name":               part("Content-Type: text/plain", "") + "--b--",
		"no header":             part("", "") + "--b--",
		"a header without end":  "--b\r\n" + field,
		"an open quote":         part(`Content-Disposition: form-data; name="x`, "") + "--b--",
		"backslashes":           part(`Content-Disposition: form-data; name="`+strings.Repeat(`\`, 100_000)+`"`, "") + "--b--",
		"semicolons":            part(`Content-Disposition: form-data`+strings.Repeat(";", 100_000)+` name="x"`, "") + "--b--",
		"an encoding":           part(field+"\r\nContent-Transfer-Encoding: base64", "!!!!") + "--b--",
		"a multipart inside":    part(field+"\r\nContent-Type: multipart/mixed; boundary=c", "--c\r\n\r\n\r\n--c--") + "--b--",
		"boundaries":            strings.Repeat("--b\r\n", 100_000),
		"half boundaries":       part(field, strings.Repeat("\r\n--", 200_000)) + "--b--",
		"invalid UTF-8":         part("Content-Disposition: form-data; name=\"\xff\"; filename=\"\xfe\"", "\xff") + "--b--",
		"NULs":                  part("Content-Disposition: form-data; name=\"a\x00b\"; filename=\"\x00\"", "\x00") + "--b--",
		"a path as a file name": part(`Content-Disposition: form-data; name="avatar"; filename="../../../../etc/passwd"`, string(testkit.PNG())) + "--b--",
		"nothing":               "--b--",
	} {
		sane(t, what, post(strings.NewReader(body)))
		check(what)
	}
	for what, body := range map[string]io.Reader{
		"preamble":    repeated("x\r\n"),
		"headers":     io.MultiReader(strings.NewReader("--b\r\n"), repeated("X: y\r\n")),
		"one header":  io.MultiReader(strings.NewReader("--b\r\nX: "), repeated("y")),
		"one line":    repeated("y"),
		"a text":      io.MultiReader(strings.NewReader("--b\r\n"+field+"\r\n\r\n"), repeated("y\r\n--")),
		"empty parts": repeated(part(field, "")),
		"empty files": repeated(part(`Content-Disposition: form-data; name="x"; filename="y"`, "")),
		"epilogue":    io.MultiReader(strings.NewReader("--b--\r\n"), repeated("x\r\n")),
	} {
		// Limited, so that the server reads all of it and answers.
		if answer, err := post(io.LimitReader(body, 32<<20)).Try(); err != nil || answer.Status >= 500 {
			t.Errorf("endless %s: %v %v", what, answer, err)
		}
		check("endless " + what)
	}
	endless := &counter{Reader: io.MultiReader(strings.NewReader("["), repeated(strings.Repeat("1,", 10_000)))}
	if answer, err := s.Post("order/create").As(client.Token).Raw("application/json", endless).Try(); err == nil && answer.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("endless JSON: %d", answer.Status)
	}
	if read := endless.bytes.Load(); read > (640+16)<<20 {
		t.Errorf("endless JSON: %d MB were read, which is more than the largest body of a route", read>>20)
	}
	s.WantCleanLog()
}

// manyNames returns parts whose fields have distinct nested names.
func manyNames() string {
	var body strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&body, "--b\r\nContent-Disposition: form-data; name=\"a%d[%d][]\"\r\n\r\n\r\n", i%100, i)
	}
	return body.String()
}
