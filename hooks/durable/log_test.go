package durable

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// fakeDisk is a disk of which each sync waits for the test to end it.
type fakeDisk struct {
	began chan *os.File
	end   chan error
}

// newTestLog returns a log with a file and the disk that it is on.
func newTestLog(t *testing.T) (*Log, *fakeDisk) {
	t.Helper()
	l := newLog(filepath.Join(t.TempDir(), databaseName))
	makeLogFile(t, l)
	t.Cleanup(l.close)
	disk := &fakeDisk{began: make(chan *os.File), end: make(chan error)}
	l.syncFile = func(f *os.File) error {
		disk.began <- f
		return <-disk.end
	}
	return l, disk
}

func makeLogFile(t *testing.T, l *Log) {
	t.Helper()
	if err := os.WriteFile(l.path, []byte("frames"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// waits calls Wait in the background.
func waits(l *Log) (ended chan error) {
	ended = make(chan error, 1)
	go func() { ended <- l.Wait() }()
	return ended
}

// joined returns when somebody waits for the sync after the one that runs.
func joined(l *Log) {
	for {
		l.mu.Lock()
		next := l.next
		l.mu.Unlock()
		if next != nil {
			return
		}
	}
}

// A sync that began before a commit does not cover it; one that began after it covers all who wait by then.
func TestWaitIsForALaterSync(t *testing.T) {
	l, disk := newTestLog(t)
	l.Committed()
	first := waits(l)
	<-disk.began
	var later []chan error
	for range 5 {
		l.Committed()
		later = append(later, waits(l))
	}
	joined(l)
	disk.end <- nil
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	<-disk.began
	for _, ended := range later {
		select {
		case <-ended:
			t.Fatal("a commit is acknowledged by the sync that began before it")
		default:
		}
	}
	disk.end <- nil
	// A latecomer may have come after the second sync began.
	var rest sync.WaitGroup
	for _, ended := range later {
		rest.Go(func() {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	all := make(chan struct{})
	go func() { rest.Wait(); close(all) }()
	syncs := 0
	for {
		select {
		case <-disk.began:
			syncs++
			disk.end <- nil
		case <-all:
			if syncs > 1 {
				t.Errorf("%d syncs more for 5 who waited", syncs)
			}
			return
		}
	}
}

// Who has nothing to wait for waits for nothing.
func TestNothingToWaitFor(t *testing.T) {
	l, disk := newTestLog(t)
	if err := l.Wait(); err != nil || l.Pending() {
		t.Fatal(err)
	}
	l.Committed()
	ended := waits(l)
	<-disk.began
	disk.end <- nil
	if err := <-ended; err != nil || l.Pending() {
		t.Fatal(err)
	}
	if err := l.Wait(); err != nil { // without a sync, which nobody would end
		t.Fatal(err)
	}
}

// Nothing is acknowledged after a failed sync, not even if a later one would succeed: the system may have dropped what
// it could not write.
func TestFailureStays(t *testing.T) {
	l, disk := newTestLog(t)
	var told error
	l.onFailure = func(err error) { told = err }
	l.Committed()
	ended := waits(l)
	<-disk.began
	failure := errors.New("no disk")
	disk.end <- failure
	if err := <-ended; !errors.Is(err, failure) || !errors.Is(told, failure) || !l.Pending() {
		t.Fatal(err, told)
	}
	for range 2 {
		if err := l.Wait(); !errors.Is(err, failure) {
			t.Fatal(err)
		}
		l.Committed()
	}
}

// SQLite removes its log and makes another one while the app runs. Where there is none, there is nothing to sync.
func TestAnotherFile(t *testing.T) {
	l, disk := newTestLog(t)
	wantSync := func() {
		t.Helper()
		l.Committed()
		ended := waits(l)
		synced, err := (<-disk.began).Stat()
		if err != nil {
			t.Fatal(err)
		}
		disk.end <- nil
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if now, err := os.Stat(l.path); err != nil || !os.SameFile(now, synced) {
			t.Fatal("another file was synced", err)
		}
	}
	wantSync()
	if err := os.Remove(l.path); err != nil {
		t.Fatal(err)
	}
	makeLogFile(t, l)
	wantSync()
	if err := os.Remove(l.path); err != nil {
		t.Fatal(err)
	}
	l.Committed()
	if err := l.Wait(); err != nil || l.Pending() {
		t.Fatal(err)
	}
	makeLogFile(t, l)
	wantSync()
}

// Others see what is committed before the commit has returned: a sync that covers it is waited for, and the end of the
// commit makes another one necessary.
func TestCommitUnderWay(t *testing.T) {
	l, disk := newTestLog(t)
	l.Committing()
	for range 2 {
		ended := waits(l)
		select {
		case <-disk.began:
		case err := <-ended:
			t.Fatal("nobody synced: ", err)
		}
		disk.end <- nil
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
	l.CommitEnded()
	ended := waits(l)
	<-disk.began
	disk.end <- nil
	if err := <-ended; err != nil || l.Pending() {
		t.Fatal(err)
	}
}
