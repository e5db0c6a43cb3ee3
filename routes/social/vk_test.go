package social

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

var olga = fakes.VKPerson{
	ID: 42, FirstName: "Ольга", LastName: "О.", ScreenName: "olga", Photo: "https://sun9-1.userapi.com/olga.jpg",
}

func newVK(t *testing.T) (*fakes.VK, *VK) {
	fake := fakes.NewVK(t)
	return fake, NewVK(fake.Settings())
}

func TestVK(t *testing.T) {
	fake, v := newVK(t)
	want := Identity{
		Provider: "vk", ID: "42", Name: "Ольга О.", Nickname: "olga", PictureURL: "https://sun9-1.userapi.com/olga.jpg",
	}
	wantIdentity(t, v, fake.Token(fakes.Android, olga), want)
	wantIdentity(t, v, fake.Token(fakes.IOS, olga), want)
	token := fake.TokenUntil(fakes.IOS, olga, time.Now().Unix()+60)
	for range 2 { // sign-in, then signup
		wantIdentity(t, v, token, want)
	}
}

func TestVKInvalid(t *testing.T) {
	fake, v := newVK(t)
	for name, token := range map[string]string{
		"another app's":   fake.Token(fakes.Foreign, olga),
		"never given out": "vk1.a.never",
		"expired":         fake.TokenUntil(fakes.Android, olga, time.Now().Unix()-1),
		"Google's":        "eyJhbGciOiJSUzI1NiJ9.e30.AA",
		"form inside":     "x&token=" + fake.Token(fakes.Android, olga),
	} {
		t.Run(name, func(t *testing.T) { wantInvalid(t, v, token) })
	}
}

// The codes that blame the token, and all others.
func TestVKCodes(t *testing.T) {
	for code, want := range map[int]error{
		5: ErrInvalid, 15: ErrInvalid,
		1: ErrUnavailable, 6: ErrUnavailable, 8: ErrUnavailable, 10: ErrUnavailable,
		27: ErrUnavailable, 28: ErrUnavailable, 29: ErrUnavailable, 777: ErrUnavailable,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			fake, v := newVK(t)
			token := fake.Token(fakes.IOS, olga)
			fake.Refuse(fakes.CheckToken, fakes.IOS, code)
			_, err := verify(v, token)
			if !errors.Is(err, want) || !strings.Contains(err.Error(), fmt.Sprint("code ", code)) && errors.Is(want, ErrUnavailable) {
				t.Fatal(err)
			}
			wantNoSecret(t, err, token)
			fake.Refuse(fakes.CheckToken, fakes.IOS, 0)
			fake.Refuse(fakes.CheckToken, fakes.Android, code) // the other app's trouble is no matter
			wantGood(t, v, token)
		})
	}
}

// Answers that VK gives in no known case: they make no token good.
func TestVKStrangeAnswers(t *testing.T) {
	for body, want := range map[string]error{
		`{"response":{"success":0,"user_id":42,"date":1,"expire":0}}`: ErrInvalid,
		`{"response":{"user_id":42}}`:                                 ErrInvalid,
		`{"response":{"success":1}}`:                                  ErrUnavailable,
		`{"response":{"success":1,"user_id":-42}}`:                    ErrUnavailable,
		`{"response":{"success":1,"user_id":"me"}}`:                   ErrUnavailable,
		`{"response":[]}`:                                             ErrUnavailable,
		`{"response":null}`:                                           ErrUnavailable,
		`{"error":{}}`:                                                ErrUnavailable,
		`{}`:                                                          ErrUnavailable,
		`null`:                                                        ErrUnavailable,
		`42`:                                                          ErrUnavailable,
		``:                                                            ErrUnavailable,
	} {
		v := NewVK(settings.VK{Apps: []settings.VKApp{fakes.Android}, APIURL: answering(t, 200, body)})
		if who, err := verify(v, "vk1.a.some-token"); who != nil || !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v", body, who, err)
		}
	}
	for _, status := range []int{204, 302, 403, 404, 429, 502} {
		body := `{"response":{"success":1,"user_id":42,"date":1,"expire":0}}`
		v := NewVK(settings.VK{Apps: []settings.VKApp{fakes.Android}, APIURL: answering(t, status, body)})
		wantUnavailable(t, v, "vk1.a.some-token")
	}
}

// When the app that could know the token can't be asked, nobody may call it bad.
func TestVKOneAppUnavailable(t *testing.T) {
	fake, v := newVK(t)
	fake.Refuse(fakes.CheckToken, fakes.Android, 28)
	wantUnavailable(t, v, "vk1.a.never")
}

// A wrong secure key is our fault.
func TestVKWrongKey(t *testing.T) {
	fake := fakes.NewVK(t)
	wrong := fakes.Android
	wrong.SecureKey = "mistyped-secret"
	v := NewVK(settings.VK{Apps: []settings.VKApp{wrong}, APIURL: fake.URL})
	wantUnavailable(t, v, fake.Token(fakes.Android, olga))
}

func TestVKUnavailable(t *testing.T) {
	for name, mode := range brokenModes {
		t.Run(name, func(t *testing.T) {
			fake, v := newVK(t)
			hasty(v.client, &v.timeout)
			token := fake.Token(fakes.Android, olga)
			fake.Set(mode)
			wantUnavailable(t, v, token)
			if fake.Redirected() != 0 {
				t.Fatal("a redirect was followed, with our keys")
			}
			fake.Set(fakes.Works)
			wantGood(t, v, token)
		})
	}
	t.Run("dead", func(t *testing.T) {
		fake, v := newVK(t)
		token := fake.Token(fakes.Android, olga)
		fake.Stop()
		wantUnavailable(t, v, token)
	})
}

// Who somebody is does not hang on a profile.
func TestVKWithoutProfile(t *testing.T) {
	fake, v := newVK(t)
	hasty(v.client, &v.timeout)
	token := fake.Token(fakes.Android, olga)
	broken := func(t *testing.T) {
		t.Helper()
		who, err := verify(v, token)
		if err != nil {
			t.Fatal(err)
		}
		if who.ProfileError == nil || *who != (Identity{Provider: "vk", ID: "42", ProfileError: who.ProfileError}) {
			t.Fatalf("%+v", who)
		}
		wantNoSecret(t, who.ProfileError, token)
	}
	for name, mode := range brokenModes {
		t.Run(name, func(t *testing.T) {
			fake.Set(mode, fakes.UsersGet)
			broken(t)
		})
	}
	fake.Set(fakes.Works)
	t.Run("refused", func(t *testing.T) {
		fake.Refuse(fakes.UsersGet, fakes.Android, 6)
		broken(t)
		fake.Refuse(fakes.UsersGet, fakes.Android, 0)
	})
	t.Run("unknown", func(t *testing.T) {
		fake.RemoveProfile(olga)
		broken(t)
	})
}
