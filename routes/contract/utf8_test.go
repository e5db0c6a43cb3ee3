package contract

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// notUTF8 is the answer to text in a form that is not UTF-8.
func notUTF8(field string) string {
	return `{"status":"error","message":"The ` + field + ` field is not valid UTF-8."}`
}

// Text that is not UTF-8 is refused and changes nothing, wherever it stands.
func TestTextThatIsNotUTF8(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	const windows1251 = "\xcf\xf0\xe8\xe2\xe5\xf2"
	state := func() string {
		return string(s.Get(client.Path()).As(client.Token).Do().Body) + string(s.Get("order/search").As(client.Token).Do().Body)
	}
	unchanged, before := s.Snapshot(), state()
	for _, c := range []struct {
		name, field string
		request     *testkit.Request
	}{
		{"profile", "description", s.Post("user/update").Form("description", windows1251, "name", "new")},
		{"profile, two fields", "name", s.Post("user/update").Multipart([]testkit.File{testkit.Picture()}, "description", "\xff", "name", "\xff")},
		{"order", "description", s.Post("order/create").Form("performer_id", "2", "description", windows1251, "date_till", "2030-10-02 12:36:51")},
		{"cancellation", "cancel text", s.Post("order/update/"+fmt.Sprint(order)).Form("status", "3", "cancel_text", "\xc0\xaf")},
		{"device", "device id", s.Post("auth/login").Form("email", client.Email, "password", testkit.Password, "device_id", "\xfe")},
		{"push token", "firebase token", s.Post("user/add-firebase-token").Form("firebase_token", "\xff")},
		{"invite", "invite", s.Post("user/get-by-invite").Form("invite", "1234567\xff")},
		{"search", "text", s.Get("user/search?text=%ff")},
		{"query of a POST", "name", s.Post("user/update?name=%ff").JSON(`{"phone":"1"}`)},
		{"social token", "token", s.Post("auth/social/sign-in").Form("token", "\xff", "social_type", "1")},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.request.As(client.Token).Do().Want(400).WantJSON(notUTF8(c.field))
		})
	}
	unchanged("text that is not UTF-8")
	if after := state(); after != before {
		t.Errorf("was\n%s\nand is\n%s", before, after)
	}
	s.Post("user/update").As(client.Token).Form("email", "\xff@example.com", "name", "\xff").Do().
		WantError("email", "The email field must be a valid email address.")
}

// A password is its bytes: another one with as many wrong bytes does not sign in.
func TestPasswordIsItsBytes(t *testing.T) {
	s := testkit.Start(t)
	const windows1251 = "\xef\xe0\xf0\xee\xeb\xfc\x31\x32\x33\x34"
	person := s.Signup("role", "1", "password", windows1251, "password_confirmation", windows1251)
	login := func(password string) *testkit.Answer {
		return s.Post("auth/login").Form("email", person.Email, "password", password).Do()
	}
	login(windows1251).Want(200)
	for _, other := range []string{"\xef\xe0\xf0\xee\xeb\xfd\x31\x32\x33\x34", strings.Repeat("\ufffd", 6) + "1234", "\ufffd1234"} {
		login(other).Want(401)
	}
	s.Post("user/update").As(person.Token).Form("password", "\xff\xff\xff\xff123456", "password_confirmation", "\xff\xfe\xff\xff123456").Do().
		WantError("password_confirmation", "The password confirmation field must match password.")
	s.Post("user/update").As(person.Token).Form("password", "\xff\xff\xff\xff123456", "password_confirmation", "\xff\xff\xff\xff123456").Do().Want(200)
	login(windows1251).Want(401)
	login("\xff\xff\xff\xff123456").Want(200)
}

// A path with bytes that are no text is named in its answer as it is escaped in URLs.
func TestPathsThatAreNotUTF8(t *testing.T) {
	s := testkit.Start(t)
	for path, want := range map[string]string{"\xff": "%FF", "%ff": "%ff", "привет": "привет", "a\xd0z": "a%D0z"} {
		t.Run(url.PathEscape(path), func(t *testing.T) {
			header, body := exchange(t, s, "GET", "/api/v1/"+path)
			var got struct{ Message string }
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("%v in %s", err, body)
			}
			if !strings.HasPrefix(header[0], "HTTP/1.1 404") || got.Message != "The route api/v1/"+want+" could not be found." {
				t.Errorf("%s: %s", header[0], body)
			}
		})
	}
}
