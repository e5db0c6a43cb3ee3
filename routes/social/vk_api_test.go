package social

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

// A host that has moved, is down or is gone is left for the next one, which is kept.
func TestVKHosts(t *testing.T) {
	for name, break_ := range map[string]func(*fakes.Server){
		"closed":   func(s *fakes.Server) { s.Stop() },
		"drops":    func(s *fakes.Server) { s.Set(fakes.Drops) },
		"hangs":    func(s *fakes.Server) { s.Set(fakes.Hangs) },
		"redirect": func(s *fakes.Server) { s.Set(fakes.Redirects) },
		"gone":     func(s *fakes.Server) { s.Set(fakes.Gone) },
	} {
		t.Run(name, func(t *testing.T) {
			fake := fakes.NewVK(t)
			old, now := fake.Host(t), fake.Host(t)
			s := fake.Settings()
			s.APIURLs = []string{old.URL, now.URL}
			v := NewVK(s)
			v.api.client.timeout = 300 * time.Millisecond
			token := fake.Token(fakes.Android, olga)
			wantGood(t, v, token)
			if old.Calls(fakes.CheckToken) != 1 || now.Calls(fakes.CheckToken) != 0 {
				t.Fatal("the first host was not asked first")
			}
			break_(old)
			for range 2 {
				wantGood(t, v, token)
			}
			if old.Calls(fakes.CheckToken) > 2 || now.Calls(fakes.CheckToken) != 2 || old.Redirected() != 0 {
				t.Errorf("%d and %d calls", old.Calls(fakes.CheckToken), now.Calls(fakes.CheckToken))
			}
			if name == "closed" {
				return
			}
			old.Set(fakes.Works)
			now.Stop() // and back
			wantGood(t, v, token)
		})
	}
}

// What VK itself answers is not asked for again at another host.
func TestVKHostsAgree(t *testing.T) {
	fake := fakes.NewVK(t)
	first, second := fake.Host(t), fake.Host(t)
	s := fake.Settings()
	s.APIURLs = []string{first.URL, second.URL}
	v := NewVK(s)
	wantInvalid(t, v, "vk2.a.never")
	first.Set(fakes.Fails)
	wantUnavailable(t, v, "vk2.a.never")
	if n := second.Calls(fakes.CheckToken); n != 0 {
		t.Errorf("%d calls of the other host", n)
	}
	second.Stop()
	first.Set(fakes.Gone)
	wantUnavailable(t, v, "vk2.a.never")
}

// Requests keep to VK's limit, and what it refuses because somebody else uses the key as well is asked again.
func TestVKPace(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	t.Parallel()
	fake, v := newVK(t)
	fake.Limit(5)
	var all sync.WaitGroup
	for i := range 12 {
		token := fake.Token(fakes.Android, fakes.VKPerson{ID: int64(i + 1)})
		all.Go(func() {
			if _, err := verify(v, token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	fake.Limit(3) // as if others used the key
	for i := range 6 {
		token := fake.Token(fakes.Android, fakes.VKPerson{ID: int64(i + 1)})
		all.Go(func() {
			if _, err := verify(v, token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// More than VK can answer in time are refused at once, instead of waiting in vain.
func TestVKTooMany(t *testing.T) {
	fake, v := newVK(t)
	v.timeout = time.Second
	results := make(chan error, 40)
	for range 40 {
		token := fake.Token(fakes.Android, olga)
		go func() {
			_, err := verify(v, token)
			results <- err
		}()
	}
	good := 0
	for range 40 {
		switch err := <-results; {
		case err == nil:
			good++
		case !errors.Is(err, ErrUnavailable):
			t.Error(err)
		}
	}
	if good == 0 || good == 40 {
		t.Errorf("%d of 40 were answered in a second", good)
	}
}

// Profiles give way to those who sign in.
func TestVKProfilesYield(t *testing.T) {
	app := newVKApp(fakes.Android)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var order []string
	var mu sync.Mutex
	var all sync.WaitGroup
	take := func(method string, p patience) {
		if err := app.turn(ctx, method, p); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		order = append(order, method)
	}
	for range vkBurst + 3 {
		app.all.Reserve() // somebody signs in, and waits
	}
	all.Go(func() { take(methodUsersGet, yield) })
	all.Go(func() { take("secure.checkToken", wait) })
	all.Wait()
	if fmt.Sprint(order) != "[secure.checkToken users.get]" {
		t.Errorf("in the order %v", order)
	}
}

// An app that gets no answer takes no time from the others.
func TestVKSlowApp(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the next app's turn")
	}
	t.Parallel()
	fake := fakes.NewVK(t)
	v := NewVK(settings.VK{Apps: []settings.VKApp{fakes.Android, fakes.IOS}, APIURLs: []string{fake.URL}})
	for range 30 {
		v.apps[0].all.Reserve() // its turn comes in 7 s
	}
	began := time.Now()
	wantIdentity(t, v, fake.Token(fakes.IOS, olga), of(fakes.IOS))
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}
