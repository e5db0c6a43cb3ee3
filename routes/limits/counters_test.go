package limits

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

// What is counted of addresses that come once is forgotten a window later.
func TestForget(t *testing.T) {
	l, clock := start(3)
	for i := range 1000 {
		_ = l.from(fmt.Sprintf("192.0.%d.%d", i/250, i%250)).Anonymous("")
	}
	clock.advance(2 * time.Minute)
	_ = l.from("192.0.2.1").Anonymous("")
	if len(l.minute.windows) != 1 {
		t.Errorf("%d windows are kept", len(l.minute.windows))
	}
}

// address returns the n-th of the addresses of an attacker, each in a /48 of its own.
func address(n int) string {
	var bytes [16]byte
	binary.BigEndian.PutUint64(bytes[:], 0x2001_0000_0000_0000|uint64(n)<<16)
	return netip.AddrFrom16(bytes).String()
}

// Any number of networks fills no more than the table, and a count that is near its limit stays in it.
func TestBounded(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	c := newCounters(func() time.Time { return now }, time.Minute, 1000)
	hit := func(what string, limit int) bool {
		_, _, ok := c.hit([]count{{key{what: what}, limit}})
		return ok
	}
	for range 30 {
		hit("attacked", 60)
	}
	for i := range 100_000 {
		hit(fmt.Sprint(i), 60)
	}
	if len(c.windows) != 1000 || len(c.all) != 1000 {
		t.Errorf("%d keys, %d windows", len(c.windows), len(c.all))
	}
	if w := c.windows[key{what: "attacked"}]; w == nil || w.hits != 30 {
		t.Errorf("the count is lost: %+v", w)
	}
	// Keys whose windows have ended go first.
	now = now.Add(time.Minute + time.Second)
	c.swept = now
	for i := range 1000 {
		hit(fmt.Sprint("new ", i), 60)
	}
	fresh := 0
	for i := range 1000 {
		if c.windows[key{what: fmt.Sprint("new ", i)}] != nil {
			fresh++
		}
	}
	if fresh < 900 {
		t.Errorf("%d of 1000 fresh keys are left", fresh)
	}
}

// BenchmarkHit measures a request of a user behind an IPv6 address: in an empty table, in one that an attacker with a
// new /48 for each request keeps full, and the memory of that.
func BenchmarkHit(b *testing.B) {
	b.Run("one user", func(b *testing.B) {
		l := New(1_000_000, time.Now)
		networks := Networks("2001:db8::1")
		for b.Loop() {
			_ = l.Request(networks, map[string][]string{}).User("1")
		}
	})
	b.Run("flood", func(b *testing.B) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		l := New(60, time.Now)
		for i := range 2 * maxKeys {
			_ = l.Request(Networks(address(i)), map[string][]string{}).User(fmt.Sprint(i))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		n := 2 * maxKeys
		for b.Loop() {
			_ = l.Request(Networks(address(n)), map[string][]string{}).User(fmt.Sprint(n))
			n++
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB")
	})
}
