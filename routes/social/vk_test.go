package social

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

var olga = fakes.VKPerson{ID: 42, FirstName: "Ольга", LastName: "О.", ScreenName: "olga", Photo: "https://sun9-1.userapi.com/olga.jpg"}

func newVK(t *testing.T) (*fakes.VK, *VK) {
	fake := fakes.NewVK(t)
	return fake, NewVK(fake.Settings())
}

// of is the identity of olga as one of the apps vouches for it.
func of(app settings.VKApp) Identity {
	return Identity{Provider: "vk", ID: "42", App: app.ClientID}
}

func TestVK(t *testing.T) {
	fake, v := newVK(t)
	wantIdentity(t, v, fake.Token(fakes.Android, olga), of(fakes.Android))
	wantIdentity(t, v, fake.Token(fakes.IOS, olga), of(fakes.IOS))
	token := fake.TokenUntil(fakes.IOS, olga, time.Now().Unix()+60)
	for range 2 { // sign-in, then signup
		wantIdentity(t, v, token, of(fakes.IOS))
	}
	if n := fake.Calls(fakes.UsersGet); n != 0 {
		t.Errorf("%d profiles were asked for, which proves nothing", n)
	}
}

func TestVKInvalid(t *testing.T) {
	fake, v := newVK(t)
	for name, token := range map[string]string{
		"another app's":   fake.Token(fakes.Foreign, olga),
		"never given out": "vk1.a.never",
		"a code":          "vk2.a.dGhpcyBpcyBhIGNvZGU",
		"expired":         fake.TokenUntil(fakes.Android, olga, time.Now().Unix()-1),
		"Google's":        "eyJhbGciOiJSUzI1NiJ9.e30.AA",
		"form inside":     "x&token=" + fake.Token(fakes.Android, olga),
	} {
		t.Run(name, func(t *testing.T) { wantInvalid(t, v, token) })
	}
}

// The codes that blame the token, and all others.
func TestVKCodes(t *testing.T) {
	for _, c := range []struct {
		code, subcode int
		want          error
	}{
		{5, 0, ErrInvalid}, {15, 0, ErrInvalid}, {15, 1, ErrInvalid}, {15, 1133, ErrUnavailable}, {15, 1134, ErrUnavailable},
		{1, 0, ErrUnavailable}, {6, 0, ErrUnavailable}, {8, 0, ErrUnavailable}, {10, 0, ErrUnavailable}, {27, 0, ErrUnavailable},
		{28, 0, ErrUnavailable}, {29, 0, ErrUnavailable}, {42, 0, ErrUnavailable}, {777, 0, ErrUnavailable},
	} {
		t.Run(fmt.Sprint(c.code, ".", c.subcode), func(t *testing.T) {
			fake, v := newVK(t)
			v.timeout = 1500 * time.Millisecond
			token := fake.Token(fakes.IOS, olga)
			fake.RefuseBy(fakes.CheckToken, fakes.IOS, c.code, c.subcode)
			_, err := verify(v, token)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), fmt.Sprint("code ", c.code)) {
				t.Fatal(err)
			}
			wantNoSecret(t, err, token)
			fake.Refuse(fakes.CheckToken, fakes.IOS, 0)
			fake.RefuseBy(fakes.CheckToken, fakes.Android, c.code, c.subcode) // the other app's trouble is no matter
			wantGood(t, v, token)
		})
	}
}

// Code 5 may mean the token or our service key: VK is asked about the key, once a minute.
func TestVKWrongServiceKey(t *testing.T) {
	fake := fakes.NewVK(t)
	wrong := fakes.Android
	wrong.ServiceKey = "mistyped-secret"
	v := NewVK(settings.VK{Apps: []settings.VKApp{wrong, fakes.IOS}, APIURLs: []string{fake.URL}})
	for n := range 3 {
		_, err := verify(v, "vk2.a.never")
		if !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrKnownFault) != (n > 0) || !strings.Contains(err.Error(), "the service key of the app "+wrong.ClientID) {
			t.Fatal(err)
		}
		wantNoSecret(t, err, "mistyped-secret")
	}
	if n := fake.Calls(fakes.UsersGet); n != 1 {
		t.Errorf("VK was asked %d times whether the key is good", n)
	}
	wantGood(t, v, fake.Token(fakes.IOS, olga))
}

// A token that one app knows is not saved by the trouble of another.
func TestVKClearVerdict(t *testing.T) {
	fake, v := newVK(t)
	fake.Refuse(fakes.CheckToken, fakes.Android, 28)
	wantInvalid(t, v, fake.TokenUntil(fakes.IOS, olga, time.Now().Unix()-1))
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
		v := NewVK(settings.VK{Apps: []settings.VKApp{fakes.Android}, APIURLs: []string{answering(t, 200, body)}})
		if who, err := verify(v, "vk1.a.some-token"); who != nil || !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v", body, who, err)
		}
	}
	for _, status := range []int{204, 302, 403, 404, 429, 502} {
		body := `{"response":{"success":1,"user_id":42,"date":1,"expire":0}}`
		v := NewVK(settings.VK{Apps: []settings.VKApp{fakes.Android}, APIURLs: []string{answering(t, status, body)}})
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
	v := NewVK(settings.VK{Apps: []settings.VKApp{wrong}, APIURLs: []string{fake.URL}})
	wantUnavailable(t, v, fake.Token(fakes.Android, olga))
}

func TestVKUnavailable(t *testing.T) {
	wantOutages(t, func(t *testing.T) (*fakes.Server, Verifier, string, *clock) {
		fake, v := newVK(t)
		hasty(v.api.client, &v.timeout)
		return fake.Server, v, fake.Token(fakes.Android, olga), nil
	})
}

// olgas has VK describe olga, as its app vouches for her.
func olgas(v *VK, language string) (Identity, error) {
	who := of(fakes.IOS)
	err := v.Profile(context.Background(), &who, language)
	return who, err
}

// Names come in the device's language, and VK's placeholder is no picture.
func TestVKProfile(t *testing.T) {
	fake, v := newVK(t)
	person := olga
	person.FirstNameEn, person.LastNameEn = "Olga", "O."
	fake.Token(fakes.IOS, person)
	want := of(fakes.IOS)
	want.Nickname, want.PictureURL = "olga", olga.Photo
	for language, name := range map[string]string{"ru": "Ольга О.", "en": "Olga O.", "": "Olga O."} {
		want.Name = name
		if who, err := olgas(v, language); err != nil || who != want {
			t.Errorf("%q: %+v, %v", language, who, err)
		}
	}
	person.Photo = ""
	fake.Token(fakes.IOS, person)
	if who, err := olgas(v, "ru"); err != nil || who.PictureURL != "" || who.Name != "Ольга О." {
		t.Errorf("without a photo: %+v, %v", who, err)
	}
}

func TestVKWithoutProfile(t *testing.T) {
	fake, v := newVK(t)
	hasty(v.api.client, &v.timeout)
	token := fake.Token(fakes.IOS, olga)
	broken := func(t *testing.T) {
		t.Helper()
		who, err := olgas(v, "ru")
		if !errors.Is(err, ErrUnavailable) || who != of(fakes.IOS) {
			t.Fatalf("%+v, %v", who, err)
		}
		wantNoSecret(t, err, token)
	}
	for name, mode := range brokenModes {
		t.Run(name, func(t *testing.T) {
			fake.Set(mode, fakes.UsersGet)
			broken(t)
		})
	}
	fake.Set(fakes.Works)
	t.Run("refused", func(t *testing.T) {
		fake.Refuse(fakes.UsersGet, fakes.IOS, 6)
		broken(t)
		fake.Refuse(fakes.UsersGet, fakes.IOS, 0)
	})
	t.Run("unknown", func(t *testing.T) {
		fake.RemoveProfile(olga)
		broken(t)
	})
}

// A panic while an app is asked, which is in a goroutine of its own, is one more way in which VK can't be asked.
func TestVKPanic(t *testing.T) {
	fake, v := newVK(t)
	works := v.api.client.transport
	v.api.client.transport = panicking{}
	wantUnavailable(t, v, fake.Token(fakes.IOS, olga))
	v.api.client.transport = works
	wantIdentity(t, v, fake.Token(fakes.IOS, olga), of(fakes.IOS))
}
