package contract

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// signingIn returns the numbers of the queue of sign-ins.
func signingIn() admission.Stats {
	stats, _ := store.HashingStats()
	return stats
}

// settingPassword returns the numbers of the queue of new passwords.
func settingPassword() admission.Stats {
	_, stats := store.HashingStats()
	return stats
}

// A sign-in waits for one new password at most, however many others of its own address are waiting to set one.
func TestSignInPassesNewPasswords(t *testing.T) {
	s := testkit.Start(t)
	victim, attacker := s.Client(), s.Client()
	var answered atomic.Int64
	var passwords sync.WaitGroup
	for i := range 16 {
		passwords.Go(func() {
			answer, err := s.Post("user/update").As(attacker.Token).JSON(map[string]any{"password": fmt.Sprint("password ", i)}).Try()
			answered.Add(1)
			if err != nil || answer.Status != 200 && answer.Status != 401 { // a new password ends the other devices' tokens
				t.Errorf("%v %v", answer, err)
			}
		})
	}
	testkit.Await(t, testkit.Soon, "no password waits", func() bool { return settingPassword().Waiting >= 10 })
	before := answered.Load()
	s.Login(victim)
	if during := answered.Load() - before; during > 5 {
		t.Errorf("%d passwords were set before the sign-in was answered", during)
	}
	passwords.Wait()
}

// fillPasswordLines takes all slots for new passwords and fills the lines of those who sign up from networks that are
// familiar and of those who are signed in, each place by somebody else, until the function that it returns is called.
func fillPasswordLines(t *testing.T) (empty func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var waiters sync.WaitGroup
	for _, signedIn := range []bool{false, true} {
		refused := settingPassword().Refused
		for i := 0; settingPassword().Refused == refused; i++ {
			before := settingPassword()
			h := store.Hasher{Network: fmt.Sprint("network ", i), Account: fmt.Sprint(signedIn, i), Proven: signedIn}
			store.NoteNetwork(h.Account, h.Network)
			waiters.Go(func() {
				if release, err := store.AwaitNewPassword(ctx, h); err == nil {
					<-ctx.Done()
					release()
				}
			})
			testkit.Await(t, testkit.Soon, "the line does not grow", func() bool { return settingPassword() != before })
		}
	}
	return func() { cancel(); waiters.Wait() }
}

// floodSignIns keeps n sign-ins waiting, each from a network of its own to an account of its own, until the test ends.
func floodSignIns(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var flood sync.WaitGroup
	t.Cleanup(func() { cancel(); flood.Wait() })
	var next atomic.Int64
	for range n {
		flood.Go(func() {
			for ctx.Err() == nil {
				id := next.Add(1)
				h := store.Hasher{Network: fmt.Sprint("flood ", id), Account: fmt.Sprint("flooded ", id)}
				_, _ = store.CheckPassword(ctx, h, nil, "wrong")
			}
		})
	}
	testkit.Await(t, testkit.Soon, "the line does not grow", func() bool { return signingIn().Waiting >= n/2 })
}

// During a flood of sign-ins from other networks, a person whom the account or the network knows signs in next, with the
// app as with the dashboard.
func TestSignInPassesAFlood(t *testing.T) {
	s := testkit.Start(t)
	settings := s.App.Settings()
	settings.TrustedProxy.Headers = []string{"X-Forwarded-For"}
	p := s.Client()
	signIn := func(from, device string, status int) *testkit.Answer {
		return s.Post("auth/login").Header("X-Forwarded-For", from).
			JSON(map[string]any{"email": p.Email, "password": testkit.Password, "device_id": device}).Do().Want(status)
	}
	signIn("192.0.2.1", "phone", 200)
	token := signIn("192.0.2.2", "tablet", 200).Map().String("token")
	s.Get("user/search").As(token).Header("X-Forwarded-For", "192.0.2.3").Do().Want(200)
	s.Owner()
	floodSignIns(t, 200)
	for what, request := range map[string]func(){
		"a device that is signed in":                    func() { signIn("203.0.113.1", "phone", 200) },
		"a network that the account has signed in from": func() { signIn("192.0.2.1", "new phone", 200) },
		"a network where a device is used":              func() { signIn("192.0.2.3", "other phone", 200) },
		"a moderator": func() {
			s.Request(http.MethodPost, "/api/collections/_superusers/auth-with-password").Header("X-Forwarded-For", "203.0.113.4").
				JSON(map[string]any{"identity": testkit.OwnerEmail, "password": testkit.SuperuserPassword}).Do().Want(200)
		},
	} {
		before := signingIn().Admitted
		request()
		if during := signingIn().Admitted - before; during > 6 {
			t.Errorf("%s: %d others had a turn before", what, during)
		}
	}
}

// When the line for new passwords is full, who wants to set one gets a 503 that says when to try again, and the retry
// succeeds. Signing in goes on.
func TestBusyPasswords(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	empty := fillPasswordLines(t)
	update := func() *testkit.Answer {
		return s.Post("user/update").As(p.Token).Header("Idempotency-Key", "a").JSON(`{"password":"changed"}`).Do()
	}
	signup := func() *testkit.Answer {
		return s.Post("auth/signup").Multipart([]testkit.File{testkit.Picture()},
			"email", "new@example.com", "nickname", "N", "password", testkit.Password, "role", "1").Do()
	}
	unchanged := s.Snapshot()
	for _, request := range []func() *testkit.Answer{update, signup} {
		answer := request().Want(503)
		answer.WantJSON(`{"status":"error","message":"The server is busy, try again later"}`)
		if after := answer.Header.Get("Retry-After"); after != "5" {
			t.Errorf("try again after %q", after)
		}
	}
	unchanged("a refused password")
	s.Login(p)
	empty()
	update().Want(200)
	signup().Want(200)
	s.WantCleanLog()
}

// A provider that does not answer keeps a bounded number of requests waiting, and those of one address don't keep
// others from it.
func TestSlowProvider(t *testing.T) {
	t.Parallel()
	s, _, vk := testkit.StartSocial(t)
	vk.Set(fakes.Hangs)
	settings := s.App.Settings()
	settings.TrustedProxy.Headers = []string{"X-Forwarded-For"}
	var busy atomic.Int64
	var requests sync.WaitGroup
	signIn := func(from string) {
		answer, err := s.Post("auth/social/sign-in").Header("X-Forwarded-For", from).
			JSON(map[string]any{"token": vk.Token(fakes.IOS, fakes.VKPerson{ID: 42}), "social_type": 2}).Try()
		switch {
		case err != nil || answer.Status != 503:
			t.Errorf("%v %v", answer, err)
		case answer.Header.Get("Retry-After") != "":
			busy.Add(1)
		}
	}
	for range 90 {
		requests.Go(func() { signIn("192.0.2.1") })
	}
	testkit.Await(t, testkit.Soon, "no request is refused at once", func() bool { return busy.Load() >= 90-8-64 })
	if calls := vk.Calls(fakes.CheckToken); calls > 8 {
		t.Errorf("%d calls for one address", calls)
	}
	before := vk.Calls(fakes.CheckToken)
	requests.Go(func() { signIn("192.0.2.2") })
	testkit.Await(t, testkit.Soon, "another address waits", func() bool { return vk.Calls(fakes.CheckToken) == before+1 })
	requests.Wait()
}
