package attack

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// wide numbers addresses so that each request comes from another one, up to 8,192.
func (w *worker) wide() int { return w.id() % 8192 }

// v6 returns the n-th /64 of a customer's /48.
func v6(n int) string { return fmt.Sprintf("2001:db8:77:%x::1", n%65536) }

// silent is the address of a provider that takes requests and never answers. It lives as long as the benchmark.
var silent = sync.OnceValue(func() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		held := make(chan net.Conn, 1<<16) // the garbage collector closes connections that nothing refers to
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			held <- conn
		}
	}()
	return "http://" + listener.Addr().String() + "/"
})

// signUp returns the fields of a sign-up but the file's, as a multipart body without its end. Each is another person.
func (w *worker) signUp() string {
	var body strings.Builder
	for _, pair := range [][2]string{{"email", fmt.Sprintf("new%d.%d@example.com", w.id(), time.Now().UnixNano())}, {"password", "password"},
		{"nickname", "x"}, {"role", "1"}} {
		fmt.Fprintf(&body, "--b\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", pair[0], pair[1])
	}
	return body.String()
}

// passwords are attacks by what takes long or leaves the machine: hashes of passwords, and questions to providers.
func passwords() []attack {
	const kind = "passwords"
	signIn := func(email func(n int) string, from func(w *worker) request) func(*worker) {
		return func(w *worker) {
			r := from(w)
			r.path, r.body = "auth/login", object("email", email(w.id()), "password", fmt.Sprint("wrong", w.id()))
			w.send(r)
		}
	}
	known := func(n int) string { return email(4000 + n%5000) }
	unknown := func(n int) string { return fmt.Sprintf("nobody%d@example.com", n) }
	one := func(int) string { return email(4001) }
	wide := func(w *worker) request { return request{from: w.wide()} }
	native := func(path string, body func(n int) []byte) func(*worker) {
		return func(w *worker) { w.send(request{path: path, from: w.n, body: body(w.id())}) }
	}
	return []attack{
		{kind: kind, name: "new passwords, 20 accounts of one address", workers: 20, run: func(w *worker) {
			w.send(request{path: "user/update", as: attackerID(w.n), body: object("password", "password", "password_confirmation", "password")})
		}},
		{kind: kind, name: "new passwords, 100 accounts, 100 addresses", workers: 100, run: func(w *worker) {
			w.send(request{path: "user/update", from: w.n, as: attackerID(w.n), body: object("password", "password")})
		}},
		{kind: kind, name: "new passwords of 1 MB", extra: true, workers: 20, run: func(w *worker) {
			w.send(request{path: "user/update", from: w.n, as: attackerID(w.n), body: object("password", strings.Repeat("x", 1<<20))})
		}},
		{kind: kind, name: "sign-ups from 8,192 addresses", workers: 40, run: func(w *worker) {
			w.send(request{path: "auth/signup", from: w.wide(), kind: multipart, body: []byte(w.signUp() + picturePart("x.png", "image/png") + tinyPNG + "\r\n--b--\r\n")})
		}},
		{kind: kind, name: "sign-ins, unknown e-mails, 8,192 addresses", workers: 40, run: signIn(unknown, wide)},
		{kind: kind, name: "sign-ins, known e-mails, 8,192 addresses", workers: 40, run: signIn(known, wide)},
		{kind: kind, name: "sign-ins to one account, 8,192 addresses", workers: 40, run: signIn(one, wide)},
		{kind: kind, name: "sign-ins, known e-mails, 50 addresses", extra: true, workers: 50, run: signIn(known, func(w *worker) request { return request{from: w.n} })},
		{kind: kind, name: "sign-ins from each /64 of an IPv6 /48", workers: 40, run: signIn(known, func(w *worker) request { return request{v6: v6(w.id())} })},
		{kind: kind, name: "sign-ins, forged X-Forwarded-For chains", extra: true, workers: 40, run: signIn(known, func(w *worker) request {
			return request{v6: fmt.Sprintf("%d.1.2.3, %d.9.8.7", 1+w.id()%200, 1+w.id()/200%200)}
		})},
		{kind: kind, name: "sign-ins with passwords of 1 MB", workers: 20, run: func(w *worker) {
			w.send(request{path: "auth/login", from: w.wide(), body: object("email", known(w.id()), "password", strings.Repeat("ы", 1<<19))})
		}},
		{kind: kind, name: "right sign-ins to own accounts", workers: 20, run: func(w *worker) {
			w.send(request{path: "auth/login", from: w.wide(), body: object("email", email(attackerID(w.id())), "password", "password")})
		}},
		{kind: kind, name: "superuser's password, 20 threads of one address", workers: 20, run: native("/api/collections/_superusers/auth-with-password", func(n int) []byte {
			return object("identity", superuser, "password", fmt.Sprint("wrong", n))
		})},
		{kind: kind, name: "superuser's password, 8,192 addresses", workers: 40, run: func(w *worker) {
			w.send(request{path: "/api/collections/_superusers/auth-with-password", from: w.wide(), body: object("identity", superuser, "password", fmt.Sprint("wrong", w.id()))})
		}},
		{kind: kind, name: "PocketBase's own sign-in of users", workers: 20, run: native("/api/collections/users/auth-with-password", func(n int) []byte {
			return object("identity", known(n), "password", "wrong")
		})},
		{kind: kind, name: "PocketBase's own sign-up of users", extra: true, workers: 20, run: native("/api/collections/users/records", func(n int) []byte {
			return object("email", unknown(n), "password", "password", "passwordConfirm", "password", "nickname", "x", "role", "client")
		})},
		{kind: kind, name: "superuser's one-time passwords and resets", workers: 20, run: func(w *worker) {
			path := []string{"request-otp", "auth-with-otp", "request-password-reset", "confirm-password-reset"}[w.id()%4]
			w.send(request{path: "/api/collections/_superusers/" + path, from: w.wide(), body: object("email", superuser, "otpId", "x", "password", "12345678", "token", "x.y.z", "passwordConfirm", "12345678")})
		}},
		{kind: kind, name: "invites, 8,192 addresses", workers: 20, run: func(w *worker) {
			w.send(request{path: "user/get-by-invite", from: w.wide(), body: object("invite", fmt.Sprintf("%08d", 2000+w.id()%8000))})
		}},
		{kind: kind, name: "wrong invites, 8,192 addresses", extra: true, workers: 20, run: func(w *worker) {
			w.send(request{path: "user/get-by-invite", from: w.wide(), body: object("invite", fmt.Sprintf("x%07d", w.id()))})
		}},
		{kind: kind, name: "check-free, 8,192 addresses", workers: 20, run: func(w *worker) {
			w.send(request{path: "user/check-free", from: w.wide(), body: object("email", known(w.id()))})
		}},
		{kind: kind, name: "access tokens that do not exist", workers: 20, run: func(w *worker) {
			w.send(request{method: http.MethodGet, path: "order/search", from: w.n, header: http.Header{"Authorization": {fmt.Sprintf("Bearer %d|%040d", w.id(), w.id())}}})
		}},
		{kind: kind, name: "Google tokens while Google is silent", workers: 100, env: []string{"PRIVET_GOOGLE_CLIENT_IDS=x",
			"PRIVET_GOOGLE_JWKS_URL=" + silent(), "PRIVET_GOOGLE_TOKENINFO_URL=" + silent(), "PRIVET_GOOGLE_USERINFO_URL=" + silent()}, run: func(w *worker) {
			w.send(request{path: "auth/social/sign-in", from: w.wide(), body: object("token", fmt.Sprint("ya29.", w.id()), "social_type", 1)})
		}},
		{kind: kind, name: "tokens of 1 MB for Google", extra: true, workers: 10, env: []string{"PRIVET_GOOGLE_CLIENT_IDS=x", "PRIVET_GOOGLE_JWKS_URL=" + silent()}, run: func(w *worker) {
			w.send(request{path: "auth/social/sign-in", from: w.wide(), body: object("token", "eyJhbGciOiJSUzI1NiJ9."+strings.Repeat("e", 1<<20)+".x", "social_type", 1)})
		}},
	}
}
