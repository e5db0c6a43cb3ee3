package contract

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/privet/privet/routes/testkit"
)

// endpoints are all endpoints, with ids that exist.
var endpoints = []struct{ method, path string }{
	{"POST", "auth/signup"}, {"POST", "auth/login"}, {"POST", "auth/social/signup"}, {"POST", "auth/social/sign-in"},
	{"POST", "auth/social/connect"}, {"POST", "auth/social/disconnect"}, {"GET", "push"}, {"POST", "order/create"},
	{"POST", "order/update/1"}, {"GET", "order/view/1"}, {"GET", "order/search"}, {"POST", "user/get-by-invite"},
	{"POST", "user/check-free"}, {"POST", "user/update"}, {"GET", "user/search"}, {"GET", "user/view/1"}, {"POST", "user/add-firebase-token"},
}

// slow is how long a hostile request may take, on a busy machine and under the race detector.
const slow = 30 * time.Second

// sane sends a request and fails the test unless the answer is one that a client can handle: timely, JSON, and no
// server error. It returns the answer.
func sane(t *testing.T, what string, r *testkit.Request) *testkit.Answer {
	t.Helper()
	began := time.Now()
	answer, err := r.Try()
	if err != nil {
		t.Errorf("%s: %v", shortened(what), err)
		return &testkit.Answer{}
	}
	if took := time.Since(began); took > slow {
		t.Errorf("%s took %s", shortened(what), took)
	}
	if answer.Status >= 500 || !json.Valid(answer.Body) || answer.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: %d %s", shortened(what), answer.Status, shortened(string(answer.Body)))
	}
	return answer
}

// shortened returns a text for a message, abbreviated if it is long.
func shortened(s string) string {
	if len(s) > 300 {
		return fmt.Sprintf("%q… (%d bytes)", s[:300], len(s))
	}
	return s
}

// megabyte is a little less than the maximum size of a body.
const megabyte = 1_000_000

// hostileTexts are sent as text in each field.
var hostileTexts = []string{
	"\x00", "a\x00b\x00", "\xff\xfe", "ab\xc3", "\xed\xa0\x80", "\uFEFFx", "\u202Egnp.exe", "👩‍👩‍👧‍👦", strings.Repeat("😀", 255), strings.Repeat("😀", 256),
	"e" + strings.Repeat("\u0301", 10_000), "İ", "ſtar@example.com", "ß", "ﷺ", "'; DROP TABLE users; --", `" OR 1=1 --`, "%", "_", `\`, "{:id}", "{{users}}", "[[id]]",
	"{:v}{:key}{:id}", "<script>", "../../data.db", "-1", "0", "00", "0x1A", "1e400", "1e-400", "NaN", "Infinity", "９", strings.Repeat("9", 5000), "1|" + strings.Repeat("a", 48),
	"0000-00-00 00:00:00", "0000-01-01 00:00:00", "9999-12-31 23:59:60", "2024-02-30 00:00:00", "2024-01-01T00:00:00Z", "now", "last day of february", "@1e9",
	strings.Repeat("a", megabyte), strings.Repeat("(", 50_000) + "@x.com", strings.Repeat("a.", 50_000) + "@x.com", "a@" + strings.Repeat("b.", 50_000) + "com", strings.Repeat("ﷺ", megabyte/4),
	strings.Repeat("ﷺ", 60_000) + "@example.com", strings.Repeat("\u0301", megabyte/4), strings.Repeat(" ", megabyte),
}

// hostileJSON are sent as JSON in each field, besides the texts.
var hostileJSON = []string{
	"null", "true", "false", "[]", "{}", "[[]]", "[null]", "[1,[2,[3]]]", `{"0":1,"a":{"b":[]}}`, "1e400", "-1e400", "1e-400", "1e999999999", "-0", "-0.0", "2.0", "2.5",
	"9223372036854775807", "9223372036854775808", "-9223372036854775809", "1.7976931348623157e308", "4.9e-324", strings.Repeat("9", 100_000), "0." + strings.Repeat("0", 100_000) + "1",
	`"\u0000"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\u0061\u0301"`, nested(500), nested(513), nested(600), nested(100_000), strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000),
	"[" + strings.Repeat("1,", 200_000) + "1]", "[" + strings.Repeat(`"x",`, 100_000) + `"x"]`,
}

// nested returns nested JSON arrays.
func nested(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }

// target is an endpoint to attack: the access token, and the names of its fields with valid values. A field with an
// empty value is omitted unless it is the attacked one. "{new}" in the path is replaced by the id of a new order.
type target struct {
	path   string
	token  func(*people) string
	fields []string
}

// people are the users of an attacked server. The victim is replaced after each field.
type people struct{ client, performer, victim testkit.Person }

func nobody(*people) string         { return "" }
func theClient(p *people) string    { return p.client.Token }
func thePerformer(p *people) string { return p.performer.Token }
func theVictim(p *people) string    { return p.victim.Token }

var targets = []target{
	{"auth/signup", nobody, []string{"email", "new@example.com", "password", "password", "password_confirmation", "password", "phone", "1", "name", "n", "nickname", "x",
		"description", "d", "role", "1", "price", "1", "category_ids", "", "media", "", "device_id", "d", "firebase_token", "f"}}, // never valid: there is no file
	{"auth/login", nobody, []string{"email", "person2@example.com", "password", testkit.Password}},
	{"auth/social/signup", nobody, []string{"token", "t", "social_type", "1", "role", "1", "price", "1", "phone", "1", "email", "new@example.com"}},
	{"auth/social/connect", theClient, []string{"token", "t", "social_type", "2"}},
	{"auth/social/disconnect", theClient, []string{"social_type", "1"}},
	{"order/create", theClient, []string{"performer_id", "2", "occasion_id", "1", "description", "d", "date_till", "2030-10-02 12:36:51"}},
	{"order/update/1", thePerformer, []string{"status", "2", "media", ""}},
	{"order/update/1", theClient, []string{"status", "4", "rating_rate", "5"}},
	{"order/update/{new}", theClient, []string{"status", "3", "cancel_text", ""}},
	{"order/update/2", theClient, []string{"rating_rate", "5", "rating_text", ""}},
	{"user/get-by-invite", nobody, []string{"invite", "abcdefgh"}},
	{"user/check-free", nobody, []string{"email", "new@example.com"}},
	{"user/update", theVictim, []string{"email", "", "password", "", "password_confirmation", "", "phone", "", "name", "", "nickname", "", "description", "", "role", "",
		"price", "", "firebase_token", "", "category_ids", "", "media", ""}},
	{"user/add-firebase-token", theVictim, []string{"firebase_token", ""}},
}

// Each field of each endpoint gets a sane answer to anything that a client could send in it, in any kind of body.
func TestHostileFields(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	users := &people{client: s.Client(), performer: s.Performer(), victim: s.Client()}
	s.Finish(users.performer, s.Order(users.client, users.performer)).Want(200)
	s.Finish(users.performer, s.Order(users.client, users.performer)).Want(200)
	turn := 0
	for _, to := range targets {
		request := func() *testkit.Request {
			path := to.path
			if before, after, ok := strings.Cut(path, "{new}"); ok {
				path = before + fmt.Sprint(s.Order(users.client, users.performer)) + after
			}
			r := s.Post(path)
			if token := to.token(users); token != "" {
				r.As(token)
			}
			return r
		}
		if to.path != "auth/signup" && sane(t, to.path, request().Form(replaced(to.fields, "", "")...)).Status == 429 {
			t.Logf("%s: the valid values are rejected", to.path)
		}
		for i := 0; i < len(to.fields); i += 2 {
			name := to.fields[i]
			if to.token(users) == users.victim.Token {
				users.victim = s.Client()
			}
			for at, value := range hostileJSON {
				if testing.Short() && at%10 != i/2%10 {
					continue
				}
				sane(t, fmt.Sprintf("%s, JSON %s: %s", to.path, name, value), request().JSON(jsonWith(to.fields, name, value)))
			}
			for at, value := range hostileTexts {
				if testing.Short() && at%10 != i/2%10 {
					continue
				}
				r := request()
				switch turn++; turn % 4 {
				case 0:
					encoded, err := json.Marshal(value)
					if err != nil {
						t.Fatal(err)
					}
					r.JSON(jsonWith(to.fields, name, string(encoded)))
				case 1:
					r.JSON(jsonWith(to.fields, name, `"`+value+`"`))
				case 2:
					r.Form(replaced(to.fields, name, value)...)
				case 3:
					r.Multipart(nil, replaced(to.fields, name, value)...)
				}
				sane(t, fmt.Sprintf("%s, form %d, %s: %s", to.path, turn%4, name, value), r)
			}
		}
	}
	s.WantCleanLog()
}

// jsonWith returns a JSON object of the fields, one of which has another value.
func jsonWith(fields []string, name, value string) string {
	var members []string
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == name {
			members = append(members, fmt.Sprintf("%q:%s", fields[i], value))
		} else if fields[i+1] != "" {
			members = append(members, fmt.Sprintf("%q:%q", fields[i], fields[i+1]))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// replaced returns the fields, one of which has another value, as pairs of names and values.
func replaced(fields []string, name, value string) []string {
	var out []string
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == name {
			out = append(out, name, value)
		} else if fields[i+1] != "" {
			out = append(out, fields[i], fields[i+1])
		}
	}
	return out
}

// A search accepts any text, and finds a nickname that contains it.
func TestHostileSearch(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, star := s.Client(), s.Client()
	search := func(text string) *testkit.Answer {
		return sane(t, "search "+text, s.Get("user/search?text="+url.QueryEscape(text)).As(client.Token))
	}
	for _, text := range []string{
		`"`, `""`, `"a`, "'", "NEAR", "NEAR(a b, 2)", "a NEAR b", "*", "abc*", "^abc", "abc OR def", "AND", "NOT x", "text:abc", "-text:abc", "{a b}:c", "a+b", "(", ")", "((((",
		"\\", "%", "%%%", "___", "\x00", "a\x00bc", "abc\x00", "\xff\xfe\xfd", "😀", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "e\u0301e\u0301", "\u0301\u0301\u0301", "ё", "ЁЖ", "я", "ab", "  a  ",
		"İİİ", "ﬃ", "ßßß", "{:text}", "{:phrase}", "[[id]]", "{{users}}", "--", "/*", ";", "x'41'",
	} {
		if !utf8.ValidString(text) {
			search(text).Want(400)
			continue
		}
		search(text).Want(200)
		if text = strings.TrimSpace(text); text == "" || strings.Contains(text, "\x00") {
			continue
		}
		s.Post("user/update").As(star.Token).JSON(map[string]any{"nickname": "before " + text + " after"}).Do().Want(200)
		if found := search(text).Want(200).Map(); found.Int("data", 0, "id") != star.ID {
			t.Errorf("%q does not find the nickname that contains it: %v", text, found)
		}
	}
	for _, long := range []string{strings.Repeat("a", 25_000), strings.Repeat("я", 4_000), strings.Repeat(`"`, 8_000), strings.Repeat("\u0301", 4_000), strings.Repeat("ﷺ", 3_000)} {
		if found := search(long).Want(200).Map(); found.Len("data") != 0 {
			t.Errorf("a long text finds %v", found)
		}
	}
	for _, page := range []string{"0", "-1", "1e3", "9223372036854775807", "9223372036854775808", "99999999999999999999", "614891469123651721", "%00", "%ff", "1&page[]=2", "&page=&page=2"} {
		for _, path := range []string{"user/search", "order/search"} {
			sane(t, path+" page "+page, s.Get(path+"?page="+page).As(client.Token)).Want(200)
		}
	}
	sane(t, "deep query", s.Get("user/search?text"+strings.Repeat("[a]", 8_000)+"=1").As(client.Token))
	sane(t, "many parameters", s.Get("user/search?"+strings.Repeat("a[]=1&", 4_000)).As(client.Token))
	s.WantCleanLog()
}

// A device_id may be any text, by which the device is recognised.
func TestHostileDevices(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	user := s.Client()
	for _, name := range []string{"plain", `quoted "name"`, "'single'", `back\slash`, "two\nlines", "tab\tbed", "a\x00b", "\xff\xfe", "\uFEFFx", "\u202Egnp", "😀", "'; DROP TABLE devices; --", "{:device}", "[[id]]", strings.Repeat("d", megabyte)} {
		login := func() string {
			answer := sane(t, "device "+name, s.Post("auth/login").Form("email", user.Email, "password", testkit.Password, "device_id", name, "firebase_token", name))
			if answer.Status != 200 {
				return ""
			}
			return answer.Map().String("token")
		}
		first, second := login(), login()
		if second != "" {
			if former := s.Get("order/search").As(first).Do(); former.Status != 401 {
				t.Errorf("after a second sign-in by %s the former token gets %d", shortened(fmt.Sprintf("%q", name)), former.Status)
			}
			s.Get("order/search").As(second).Do().Want(200)
		}
	}
	s.WantCleanLog()
}

// An e-mail in any script can be registered, and is recognised regardless of case.
func TestUnicodeEmails(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	for _, email := range []string{
		"жук@почта.рф", "ЖУКОВ@ПОЧТА.РФ", "σίσυφος@example.com", "用户@例子.公司", "straße@example.com", "i\u0307@example.com", "a+b@xn--80a1acny.xn--p1ai",
		`"a b"@example.com`, "o'neil@example.com", "😀@example.com", "a@[127.0.0.1]", "ﬁne@example.com",
	} {
		if sane(t, email, s.Post("user/check-free").JSON(map[string]any{"email": email})).Status != 200 {
			continue // the goldens show which e-mails are valid
		}
		person := s.Signup("role", "1", "email", email)
		for _, same := range []string{email, strings.ToLower(email)} {
			s.Post("user/check-free").JSON(map[string]any{"email": same}).Do().Want(200).WantJSON(`{"free":false}`)
			if id := s.Post("auth/login").Form("email", same, "password", testkit.Password).Do().Want(200).Map().Int("data", "id"); id != person.ID {
				t.Errorf("%s signs user %d in, not %d", same, id, person.ID)
			}
		}
	}
	s.WantCleanLog()
}
