package contract

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// await waits until a condition holds, and fails the test if it doesn't soon.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testkit.Soon); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
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
	await(t, "no password waits", func() bool { return settingPassword().Waiting >= 10 })
	before := answered.Load()
	s.Login(victim)
	if during := answered.Load() - before; during > 5 {
		t.Errorf("%d passwords were set before the sign-in was answered", during)
	}
	passwords.Wait()
}

// fillPasswordLine takes all slots for new passwords and fills the line for them, each place by another network, until
// the function that it returns is called.
func fillPasswordLine(t *testing.T) (empty func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	refused := settingPassword().Refused
	var waiters sync.WaitGroup
	for i := 0; settingPassword().Refused == refused; i++ {
		before := settingPassword()
		waiters.Go(func() {
			if release, err := store.AwaitNewPassword(ctx, fmt.Sprint("network ", i)); err == nil {
				<-ctx.Done()
				release()
			}
		})
		await(t, "the line does not grow", func() bool { return settingPassword() != before })
	}
	return func() { cancel(); waiters.Wait() }
}

// When the line for new passwords is full, who wants to set one gets a 503 that says when to try again, and the retry
// succeeds. Signing in goes on.
func TestBusyPasswords(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	empty := fillPasswordLine(t)
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
		if after := answer.Header.Get("Retry-After"); after != "30" {
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
	await(t, "no request is refused at once", func() bool { return busy.Load() >= 90-8-64 })
	if calls := vk.Calls(fakes.CheckToken); calls > 8 {
		t.Errorf("%d calls for one address", calls)
	}
	before := vk.Calls(fakes.CheckToken)
	requests.Go(func() { signIn("192.0.2.2") })
	await(t, "another address waits", func() bool { return vk.Calls(fakes.CheckToken) == before+1 })
	requests.Wait()
}
