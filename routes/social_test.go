package routes_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// socialSignup signs up by a provider's token, with a push token made from the e-mail.
func socialSignup(s *testkit.Server, token string, socialType int, email string) *testkit.Answer {
	return s.Post("auth/social/signup").JSON(map[string]any{"token": token, "social_type": socialType, "role": 2,
		"price": 2.99, "phone": "+79000000000", "email": email, "device_id": "phone", "firebase_token": "push-" + email}).Do()
}

// The normal sequence: sign-in finds no user, sign-up with the same token, sign-in from then on.
func TestSocialSignup(t *testing.T) {
	s, google, vk := testkit.StartSocial(t)
	ivan := fakes.GooglePerson{Sub: "110", Email: "ivan@gmail.com", Verified: true, Name: "Ivan Ivanov", Picture: google.URL + fakes.Picture}
	token := google.IDToken(ivan)
	s.SocialSignIn(token, 1).Want(400).WantJSON(testkit.UserNotExists)
	m := socialSignup(s, token, 1, "Ivan@gmail.com").Want(200).Map()
	if m.String("data", "name") != "Ivan Ivanov" || m.String("data", "nickname") != "Ivan Ivanov" || m.Int("data", "role") != 2 ||
		m.At("data", "price") != 2.99 || m.String("data", "phone") != "+79000000000" || m.String("data", "email") != "Ivan@gmail.com" ||
		m.String("data", "firebase_token") != "push-Ivan@gmail.com" || m.Len("data", "categories") != 0 {
		t.Errorf("signed up as %v", m)
	}
	for _, again := range []string{token, google.IDToken(ivan), google.AccessToken(ivan)} {
		if in := s.SocialSignIn(again, "1").Want(200).Map(); in.Int("data", "id") != m.Int("data", "id") {
			t.Errorf("signed in as %v", in)
		}
	}
	socialSignup(s, token, 1, "other@example.com").Want(400).WantJSON(testkit.UserExists)

	// The profile picture is fetched in the background.
	path := fmt.Sprintf("user/view/%d", m.Int("data", "id"))
	for deadline := time.Now().Add(testkit.Soon); ; time.Sleep(20 * time.Millisecond) {
		if media := s.Get(path).As(m.String("token")).Do().Want(200).Map(); media.Len("data", "media") == 1 {
			s.Get(strings.TrimPrefix(media.String("data", "media", 0, "path_url"), s.URL)).Do().Want(200)
			break
		} else if time.Now().After(deadline) {
			t.Fatal("the picture doesn't arrive")
		}
	}
	proven := func(id int) bool {
		record, err := s.App.FindRecordById("users", fmt.Sprint(id))
		if err != nil {
			t.Fatal(err)
		}
		return record.GetBool("email_proven")
	}
	if !proven(m.Int("data", "id")) {
		t.Error("an e-mail that Google confirms is not marked as proven")
	}

	// VK doesn't confirm e-mails: one that is taken neither signs in its owner nor can be taken over.
	anna := fakes.VKPerson{ID: 42, FirstName: "Anna", LastName: "A.", ScreenName: "anna_a"}
	for _, app := range []settings.VKApp{fakes.Android, fakes.IOS} {
		socialSignup(s, vk.Token(app, anna), 2, "IVAN@gmail.com").Want(400).WantJSON(testkit.UserExists)
		s.SocialSignIn(vk.Token(app, anna), 2).Want(400).WantJSON(testkit.UserNotExists)
	}
	a := socialSignup(s, vk.Token(fakes.IOS, anna), 2, "anna@gmail.com").Want(200).Map()
	if a.String("data", "nickname") != "anna_a" || a.String("data", "name") != "Anna A." || proven(a.Int("data", "id")) {
		t.Errorf("VK's person is %v", a)
	}
	if in := s.SocialSignIn(vk.Token(fakes.Android, anna), 2).Want(200).Map(); in.Int("data", "id") != a.Int("data", "id") {
		t.Errorf("the other platform is %v", in)
	}
	// The same e-mail at Google doesn't sign in its owner either.
	s.SocialSignIn(google.IDToken(fakes.GooglePerson{Sub: "111", Email: "anna@gmail.com", Verified: true}), 1).Want(400).WantJSON(testkit.UserNotExists)

	for _, invalid := range []string{vk.Token(fakes.Foreign, anna), google.IDToken(ivan), "junk", strings.Repeat("x", 1<<19)} {
		s.SocialSignIn(invalid, 2).Want(400).WantJSON(testkit.InvalidToken)
	}
	// A user who signed up by a provider has no password.
	s.Post("auth/login").JSON(map[string]any{"email": "anna@gmail.com", "password": testkit.Password}).Do().Want(401)
}

// Without a name from the provider the nickname is the e-mail's local part. A profile that can't be read doesn't
// prevent the sign-up.
func TestSocialWithoutProfile(t *testing.T) {
	s, google, vk := testkit.StartSocial(t)
	m := socialSignup(s, google.IDToken(fakes.GooglePerson{Sub: "9"}), 1, "first.part@example.com").Want(200).Map()
	if m.String("data", "nickname") != "first.part" || m.At("data", "name") != nil || m.Len("data", "media") != 0 {
		t.Errorf("%v", m)
	}
	unreadable := fakes.VKPerson{ID: 7}
	token := vk.Token(fakes.Android, unreadable)
	vk.Set(fakes.Fails, fakes.UsersGet)
	socialSignup(s, token, 2, "lost@example.com").Want(200)
	long := fakes.GooglePerson{Sub: "10", Name: strings.Repeat("я", 300), Picture: google.URL + "/none.png"}
	if m := socialSignup(s, google.IDToken(long), 1, "long@example.com").Want(200).Map(); len([]rune(m.String("data", "name"))) != 255 {
		t.Errorf("%v", m)
	}
}

// Twenty concurrent sign-ups with one identity create one user.
func TestSocialRace(t *testing.T) {
	s, google, _ := testkit.StartSocial(t)
	token := google.IDToken(fakes.GooglePerson{Sub: "110", Name: "Ivan"})
	var accepted, rejected atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			switch answer := socialSignup(s, token, 1, fmt.Sprintf("ivan%d@example.com", i)); answer.Status {
			case 200:
				accepted.Add(1)
			case 400:
				answer.WantJSON(testkit.UserExists)
				rejected.Add(1)
			default:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	all.Wait()
	if accepted.Load() != 1 || rejected.Load() != 19 {
		t.Errorf("%d accepted, %d rejected", accepted.Load(), rejected.Load())
	}
	if next := s.Client(); next.ID != 2 {
		t.Errorf("rejected sign-ups used ids: the next is %d", next.ID)
	}
}

// A user connects and disconnects accounts of providers, but can't disconnect the last way to sign in.
func TestSocialConnect(t *testing.T) {
	s, google, vk := testkit.StartSocial(t)
	p, other := s.Client(), s.Client()
	connect := func(user testkit.Person, token string, socialType int) *testkit.Answer {
		return s.Post("auth/social/connect").As(user.Token).JSON(map[string]any{"token": token, "social_type": socialType}).Do()
	}
	disconnect := func(token string, socialType int) *testkit.Answer {
		return s.Post("auth/social/disconnect").As(token).JSON(map[string]any{"social_type": socialType}).Do()
	}
	token := google.IDToken(fakes.GooglePerson{Sub: "110"})
	s.Post("auth/social/connect").JSON(map[string]any{"token": token, "social_type": 1}).Do().Want(401)
	disconnect(p.Token, 1).Want(201).WantJSON(`{}`) // nothing was connected
	connect(p, token, 1).Want(201).WantJSON(`{}`)
	connect(p, token, 1).Want(201).WantJSON(`{}`)
	connect(p, google.IDToken(fakes.GooglePerson{Sub: "111"}), 1).Want(400).WantJSON(testkit.UserExists)
	connect(other, token, 1).Want(400).WantJSON(testkit.UserExists)
	connect(p, "junk", 1).Want(400).WantJSON(testkit.InvalidToken)
	if in := s.SocialSignIn(token, 1).Want(200).Map(); in.Int("data", "id") != p.ID {
		t.Errorf("signed in as %v", in)
	}
	disconnect(p.Token, 1).Want(201)
	s.SocialSignIn(token, 1).Want(400).WantJSON(testkit.UserNotExists)

	// The last way to sign in stays. Without a password one provider is the last, neither of two is.
	anna := fakes.VKPerson{ID: 42, FirstName: "Anna"}
	in := socialSignup(s, vk.Token(fakes.IOS, anna), 2, "anna@example.com").Want(200).Map().String("token")
	disconnect(in, 1).Want(201)
	disconnect(in, 2).WantError("social_type", "The selected social type is invalid.")
	s.Post("auth/social/connect").As(in).JSON(map[string]any{"token": token, "social_type": 1}).Do().Want(201)
	disconnect(in, 2).Want(201)
	disconnect(in, 1).WantError("social_type", "The selected social type is invalid.")
	s.Post("user/update").As(in).JSON(`{"password":"secret","password_confirmation":"secret"}`).Do().Want(200)
	disconnect(in, 1).Want(201)
	s.Post("auth/login").JSON(`{"email":"anna@example.com","password":"secret"}`).Do().Want(200)
}

var playground = flag.Bool("playground", false, "run a server with fakes of Google and VK until interrupted (TestPlayground)")

// TestPlayground runs a server to try the social endpoints by hand; see pb_public/docs/sign-in.md.
func TestPlayground(t *testing.T) {
	if !*playground {
		t.Skip("only with -playground")
	}
	s, google, vk := testkit.StartSocial(t)
	person := fakes.GooglePerson{Sub: "110", Email: "ivan@gmail.com", Verified: true, Name: "Ivan Ivanov", Picture: google.URL + fakes.Picture}
	t.Logf("privet with fakes of Google and VK at %s/api/v1", s.URL)
	t.Logf("social_type 1, an ID token:      %s", google.IDToken(person))
	t.Logf("social_type 1, an access token:  %s", google.AccessToken(person))
	t.Logf("social_type 2:                   %s", vk.Token(fakes.Android, fakes.VKPerson{ID: 42, FirstName: "Anna", ScreenName: "anna_a"}))
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-interrupted.Done()
}

// While a provider is down the answer is a 503 instead of an invalid token, and comes soon. Without its settings every
// token is invalid.
func TestSocialProviderDown(t *testing.T) {
	s, google, vk := testkit.StartSocial(t)
	id, access := google.IDToken(fakes.GooglePerson{Sub: "1"}), google.AccessToken(fakes.GooglePerson{Sub: "1"})
	token := vk.Token(fakes.IOS, fakes.VKPerson{ID: 42})
	google.Set(fakes.Fails)
	vk.Set(fakes.Drops)
	for _, c := range []struct {
		token      string
		socialType int
		name       string
	}{{id, 1, "Google"}, {access, 1, "Google"}, {token, 2, "VK"}} {
		want := fmt.Sprintf(`{"status":"error","message":"%s is not available, try again later"}`, c.name)
		socialSignup(s, c.token, c.socialType, "a@example.com").Want(503).WantJSON(want)
		s.SocialSignIn(c.token, c.socialType).Want(503).WantJSON(want)
	}
	google.Set(fakes.Hangs)
	began := time.Now()
	s.SocialSignIn(access, 1).Want(503)
	if took := time.Since(began); took > 9*time.Second {
		t.Errorf("a hanging provider delays a request by %s", took)
	}
	s.WantLog("a social token could not be verified")
	var logged []string // of all levels, as the dashboard shows
	if err := s.App.AuxDB().NewQuery("SELECT message || data FROM _logs").Column(&logged); err != nil || len(logged) == 0 {
		t.Fatalf("%d logs: %v", len(logged), err)
	}
	all := s.Log.String() + strings.Join(logged, "\n")
	for _, secret := range []string{id, access, token, fakes.IOS.SecureKey, fakes.IOS.ServiceKey, fakes.Android.SecureKey} {
		if strings.Contains(all, secret) {
			t.Error("the log holds a secret")
		}
	}
	google.Set(fakes.Works)
	s.SocialSignIn(access, 1).Want(400).WantJSON(testkit.UserNotExists)

	off := testkit.Start(t)
	for socialType := 1; socialType <= 2; socialType++ {
		off.SocialSignIn(id, socialType).Want(400).WantJSON(testkit.InvalidToken)
		socialSignup(off, id, socialType, "a@example.com").Want(400).WantJSON(testkit.InvalidToken)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		var reasons int
		err := off.App.AuxDB().NewQuery("SELECT count(*) FROM _logs WHERE data LIKE '%the provider is not configured%'").Row(&reasons)
		if err == nil && reasons == 4 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log gives the reason %d times: %v", reasons, err)
		}
	}
}
