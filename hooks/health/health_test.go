package health

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// A fault that is met over and over is told once, and so is its end; what suffers is known meanwhile.
func TestReport(t *testing.T) {
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	m := New(func() *slog.Logger { return logger })
	m.Report(Database, nil)
	if log.Len() > 0 || len(m.Faults()) > 0 {
		t.Errorf("without a fault: %v\n%s", m.Faults(), log.String())
	}
	full := errors.New("the disk is full")
	for range 100 {
		m.Report(Pushes, full)
		m.Report(Database, full)
	}
	if faults := m.Faults(); len(faults) != 2 || faults[0].Part != Database || !errors.Is(faults[0].Err, full) || m.Fault(Pushes) == nil || m.Fault(Files) != nil {
		t.Errorf("%v", faults)
	}
	if n := strings.Count(log.String(), "the disk is full"); n != 2 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	m.Report(Database, nil)
	m.Report(Database, nil)
	if faults := m.Faults(); len(faults) != 1 || faults[0].Part != Pushes || strings.Count(log.String(), "again") != 1 {
		t.Errorf("after its end: %v\n%s", faults, log.String())
	}
	m.Report(Database, full)
	if strings.Count(log.String(), "the database can't be written to") != 2 {
		t.Errorf("another fault is not told:\n%s", log.String())
	}
}

func TestMessages(t *testing.T) {
	for _, part := range []Part{Database, Files, Storage, Log, Pushes, Previews} {
		if messages[part][0] == "" || messages[part][1] == "" {
			t.Errorf("%s has no messages", part)
		}
	}
}
