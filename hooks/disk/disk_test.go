package disk

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
)

const (
	mb = 1 << 20
	gb = 1000 * 1000 * 1000
)

// disk is a file system of which some is free.
type disk struct{ free, total uint64 }

// guard returns a Guard of the disk, and what it logs.
func (d *disk) guard(floor int64) (*Guard, *strings.Builder) {
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	g := NewGuard(floor, func() *slog.Logger { return logger }, "data")
	g.usage = func(string) (uint64, uint64, error) { return d.free, d.total, nil }
	return g, &log
}

func TestFloor(t *testing.T) {
	for _, c := range []struct {
		total  uint64
		floor  int64
		stayed uint64
	}{{20 * gb, 0, 2 * gb}, {100 * gb, 0, 5 * gb}, {100 * gb, 3 * gb, 3 * gb}, {100 * gb, 9 * gb, 9 * gb}} {
		d := &disk{free: c.stayed + 100*mb, total: c.total}
		g, log := d.guard(c.floor)
		u, err := g.Begin(100 * mb)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		u.End()
		if _, err := g.Begin(100*mb + 1); !errors.Is(err, ErrFull) {
			t.Errorf("%+v: one byte more: %v", c, err)
		}
		d.free = c.stayed - 1
		if _, err := g.Begin(-1); !errors.Is(err, ErrFull) {
			t.Errorf("%+v: below the floor: %v", c, err)
		}
		if n := strings.Count(log.String(), "uploads are refused"); n != 1 {
			t.Errorf("%+v: logged %d times: %s", c, n, log)
		}
	}
}

// An upload whose length is not announced is refused while it goes on.
func TestUnknownLength(t *testing.T) {
	d := &disk{free: 2*gb + 50*mb, total: 10 * gb}
	g, _ := d.guard(0)
	u, err := g.Begin(-1)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		if err = u.Write(mb); err == nil {
			d.free -= mb
		}
	}
	if !errors.Is(err, ErrFull) || d.free < 2*gb || d.free > 2*gb+10*mb {
		t.Errorf("%v with %d MB above the floor", err, int64(d.free-2*gb)/mb)
	}
}

// What uploads under way will write counts as taken, in proportion to what they have written.
func TestOthersCount(t *testing.T) {
	d := &disk{free: 2*gb + 600*mb, total: 10 * gb}
	g, _ := d.guard(0)
	first, err := g.Begin(500 * mb)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // announcements of uploads that send nothing
		if u, err := g.Begin(mb); err == nil {
			defer u.End()
		}
	}
	second, err := g.Begin(200 * mb)
	if err != nil {
		t.Fatalf("an announcement alone takes the disk: %v", err)
	}
	second.End()
	if err := first.Write(70 * mb); err != nil {
		t.Fatal(err)
	}
	d.free -= 70 * mb
	if _, err := g.Begin(200 * mb); !errors.Is(err, ErrFull) {
		t.Errorf("the rest of the first is not counted: %v", err)
	}
	first.End()
	if _, err := g.Begin(200 * mb); err != nil {
		t.Errorf("an upload that has ended is counted: %v", err)
	}
}

func TestUsage(t *testing.T) {
	free, total, err := usage(t.TempDir())
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil || free == 0 || free > total {
		t.Errorf("%d of %d bytes are free (%v)", free, total, err)
	}
}
