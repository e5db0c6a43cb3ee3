package limits

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// send makes an upload of size bytes from an address, in writes of a quarter.
func (l *Limiter) send(ip string, signedIn bool, size int) error {
	u, err := l.from(ip).Upload(signedIn, int64(size))
	if err != nil {
		return err
	}
	defer u.End()
	for range 4 {
		if err := u.Write(size / 4); err != nil {
			return err
		}
	}
	return nil
}

func TestUploadsAtOnce(t *testing.T) {
	l, _ := start(60)
	begin := func(ip string, size int64) (*Upload, error) { return l.from(ip).Upload(true, size) }
	var running []*Upload
	for range uploadsAtOnce {
		u, err := begin("192.0.2.1", -1)
		if err != nil {
			t.Fatal(err)
		}
		running = append(running, u)
	}
	refused := l.from("192.0.2.1")
	if _, err := refused.Upload(false, smallUpload+1); !errors.Is(err, ErrExceeded) || refused.header.Get("Retry-After") != "15" {
		t.Errorf("one too many: %v, %v", err, refused.header)
	}
	if u, err := begin("192.0.2.1", smallUpload); err != nil {
		t.Errorf("a small one: %v", err)
	} else {
		u.End()
	}
	if u, err := begin("192.0.2.2", -1); err != nil {
		t.Errorf("of another address: %v", err)
	} else {
		u.End()
	}
	running[0].End()
	if _, err := begin("192.0.2.1", -1); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
	if _, err := begin("192.0.2.1", -1); !errors.Is(err, ErrExceeded) {
		t.Errorf("its place was given twice: %v", err)
	}
}

func TestUploadedBytes(t *testing.T) {
	l, clock := start(60)
	const mb = 1_000_000
	for _, c := range []struct {
		signedIn bool
		allowed  int
	}{{false, anonymousBytes / (100 * mb)}, {true, (uploadBytes - anonymousBytes) / (100 * mb)}} {
		if got := allowed(100, func(int) error { return l.send("192.0.2.1", c.signedIn, 100*mb) }); got != c.allowed {
			t.Errorf("signed in %v: %d uploads of 100 MB in an hour, want %d", c.signedIn, got, c.allowed)
		}
	}
	refused := l.from("192.0.2.1")
	clock.advance(59 * time.Minute)
	if _, err := refused.Upload(true, 100*mb); !errors.Is(err, ErrExceeded) || refused.header.Get("Retry-After") != "60" {
		t.Errorf("%v, %v", err, refused.header)
	}
	clock.advance(time.Minute)
	if err := l.send("192.0.2.1", false, 100*mb); err != nil {
		t.Errorf("an hour later: %v", err)
	}

	// What is not announced is refused while it goes on.
	u, err := l.from("192.0.2.9").Upload(false, -1)
	if err != nil {
		t.Fatal(err)
	}
	if got := allowed(100, func(int) error { return u.Write(100 * mb) }); got != anonymousBytes/(100*mb) {
		t.Errorf("100 MB were taken %d times of an upload of unknown length", got)
	}
}

// The IPv6 networks around an address have a limit for all of their addresses together.
func TestUploadsOfNetworks(t *testing.T) {
	l, _ := start(60)
	got := allowed(1000, func(i int) error { return l.send(fmt.Sprintf("2001:db8:1:%x::1", i), true, 600_000_000) })
	if want := 16 * uploadBytes / 600_000_000; got != want {
		t.Errorf("a /48 has sent 600 MB %d times, want %d", got, want)
	}
}

func TestUploadsUnlimited(t *testing.T) {
	l, _ := start(0)
	if got := allowed(100, func(int) error { return l.send("192.0.2.1", false, 600_000_000) }); got != 100 {
		t.Errorf("with a rate of 0 %d of 100 are allowed", got)
	}
}

// What is counted of addresses that come once is forgotten an hour later, and never fills more than a table.
func TestUploadersAreForgotten(t *testing.T) {
	l, clock := start(60)
	for i := range maxKeys + 100 {
		if err := l.send(address(i), true, 4); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(l.uploads.used); n > maxKeys {
		t.Errorf("%d are remembered", n)
	}
	clock.advance(2 * time.Hour)
	if err := l.send("192.0.2.1", true, 4); err != nil {
		t.Fatal(err)
	}
	if n := len(l.uploads.used); n != 1 {
		t.Errorf("%d are remembered two hours later", n)
	}
}
