// Package durable makes what privet acknowledges survive a power cut.
//
// SQLite runs with synchronous=NORMAL: a commit is in the write-ahead log, but in the system's memory alone until
// something syncs the file. A commit that waited for the disk would do so while it holds SQLite's only writer. Instead,
// whoever is about to tell the outside of a change (an answer, a push) waits here for a sync of the log that began
// after the commit, one for all who wait at that moment. That is enough: SQLite itself syncs the log before it moves it
// into the database, and the database before it uses the log anew.
//
// Only the database data.db is covered, not auxiliary.db, which holds PocketBase's logs.
//
//   - log.go: the log of a database, and the wait
//   - files.go: files and folders, which are synced before the row that names them is committed
//   - handler.go: the wait before the first byte of an answer
//   - register.go: the log of an app, its end, and its health
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Log is the write-ahead log of a database. Its methods are safe for concurrent use.
type Log struct {
	path string // of the log, which SQLite makes and removes

	committing atomic.Int64  // commits that are under way
	committed  atomic.Uint64 // counts commits
	synced     atomic.Uint64 // of these, how many are known to be on the disk
	failure    atomic.Pointer[error]
	refused    atomic.Pointer[error] // why the last write to the database failed, nil if it did not
	damage     atomic.Pointer[error] // how the database was found to be damaged, nil if it was not
	written    atomic.Uint64         // counts writes that did not fail

	mu        sync.Mutex
	next      *batch // those who wait for the sync after the one that is running
	onFailure func(error)

	parents    sync.Map           // paths of folders whose names are on the disk, see MakeFolder
	syncFolder func(string) error // syncFolder, but for tests

	syncing  sync.Mutex           // held while a sync runs; guards what follows
	file     *os.File             // nil: not open yet. While it is open, no other file gets its inode.
	syncFile func(*os.File) error // syncData, but for tests
}

// batch is those who wait for the same sync.
type batch struct {
	done chan struct{} // closed when err is set
	err  error
}

// newLog returns the log of the database with that path.
func newLog(database string) *Log {
	return &Log{path: database + "-wal", syncFile: syncData, syncFolder: syncFolder, onFailure: func(error) {}}
}

// Committing tells that a commit begins. Others see what it commits a moment before CommitEnded is called, which must
// follow: whoever calls Wait meanwhile gets a sync.
func (l *Log) Committing() { l.committing.Add(1) }

// CommitEnded tells that a commit has ended, which Committing has told of.
func (l *Log) CommitEnded() {
	l.Committed()
	l.committing.Add(-1) // afterwards, so that Pending misses it in neither
}

// Committed tells that a transaction may have been committed, of which nobody could know before.
func (l *Log) Committed() { l.committed.Add(1) }

// Wrote tells how a write to the database ended: err is nil, or says that the disk did not take it or that the file can't
// be written to.
func (l *Log) Wrote(err error) {
	if err != nil {
		l.refused.Store(&err)
		return
	}
	l.written.Add(1)
	if l.refused.Load() != nil {
		l.refused.Store(nil)
	}
}

// Damage tells that the database was found to be damaged.
func (l *Log) Damage(err error) { l.damage.CompareAndSwap(nil, &err) }

// Damaged returns how the database was first found to be damaged, nil if it was not. That lasts, even if what is not damaged works:
// no write mends it.
func (l *Log) Damaged() error {
	if found := l.damage.Load(); found != nil {
		return *found
	}
	return nil
}

// LastWrite returns why the last write to the database failed, nil if it did not, and how many have succeeded.
func (l *Log) LastWrite() (written uint64, err error) {
	if refused := l.refused.Load(); refused != nil {
		err = *refused
	}
	return l.written.Load(), err
}

// Commits returns how many commits there were so far, or a little more.
func (l *Log) Commits() uint64 { return l.committed.Load() }

// Size returns the size of the log's file in bytes, 0 if there is none.
func (l *Log) Size() int64 {
	info, err := os.Stat(l.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Pending reports whether something was committed that is not known to be on the disk.
func (l *Log) Pending() bool {
	if l.committing.Load() > 0 {
		return true
	}
	committed := l.committed.Load()
	return l.synced.Load() < committed
}

// Wait returns when all that was committed before the call is on the disk, by a commit that has ended or whose changes
// others can see: at once when a sync that has ended covers it. An error means that it may not be.
func (l *Log) Wait() error {
	if err := l.Err(); err != nil {
		return err
	}
	if !l.Pending() {
		return nil
	}
	l.mu.Lock()
	b, leads := l.next, l.next == nil
	if leads {
		b = &batch{done: make(chan struct{})}
		l.next = b
	}
	l.mu.Unlock()
	if !leads {
		<-b.done
		return b.err
	}
	l.syncing.Lock() // others may join until the sync that is running has ended
	l.mu.Lock()
	l.next = nil
	l.mu.Unlock()
	b.err = l.syncNow()
	l.syncing.Unlock()
	close(b.done)
	return b.err
}

// Err returns why nothing can be acknowledged any more, or nil. After a failed sync the system may take what it could
// not write for written (fsync(2)), so that a later sync proves nothing: only a restart, at which SQLite checks the log,
// begins anew.
func (l *Log) Err() error {
	if err := l.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// Fail tells that SQLite could not sync one of its files.
func (l *Log) Fail(err error) { l.fail(fmt.Errorf("sync the database: %w", err)) }

// fail makes an error the one that Err returns, unless there is one.
func (l *Log) fail(err error) {
	if !l.failure.CompareAndSwap(nil, &err) {
		return
	}
	l.mu.Lock()
	tell := l.onFailure
	l.mu.Unlock()
	tell(err)
}

// syncNow syncs the log. The caller holds syncing.
func (l *Log) syncNow() error {
	if err := l.Err(); err != nil {
		return err
	}
	if !l.Pending() {
		return nil
	}
	committed := l.committed.Load()
	isNew, err := l.open()
	if errors.Is(err, fs.ErrNotExist) {
		// SQLite removes the log when its last connection closes, after it has moved and synced all of it.
		l.synced.Store(committed)
		return nil
	}
	if err != nil {
		return err // a later try may succeed
	}
	err = l.syncFile(l.file)
	if err == nil && isNew {
		err = syncFolder(filepath.Dir(l.path))
	}
	if err != nil {
		err = fmt.Errorf("sync the write-ahead log: %w", err)
		l.fail(err)
		return err
	}
	l.synced.Store(committed)
	return nil
}

// open makes file the log that SQLite uses now, and reports whether it is another one than before.
func (l *Log) open() (isNew bool, err error) {
	now, err := os.Stat(l.path)
	if err != nil {
		l.close()
		return false, err
	}
	if l.file != nil {
		if open, err := l.file.Stat(); err == nil && os.SameFile(open, now) {
			return false, nil
		}
		l.close()
	}
	// For writing, as Windows syncs no other files. SQLite's locks are on the database and on the index of the log, so
	// that closing the log releases none.
	l.file, err = os.OpenFile(l.path, os.O_RDWR, 0)
	return true, err
}

// close closes the file. The caller holds syncing.
func (l *Log) close() {
	if l.file != nil {
		_ = l.file.Close() // nothing was written to it
		l.file = nil
	}
}
