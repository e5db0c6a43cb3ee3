package testkit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/dbx"
)

// Soon is how long a test waits for what should happen at once, such as the delivery of a push.
const Soon = 5 * time.Second

// Count counts rows; query is what follows "SELECT count(*) FROM".
func (s *Server) Count(query string) (n int) {
	s.t.Helper()
	if err := s.App.DB().NewQuery("SELECT count(*) FROM " + query).Row(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// Exec runs a statement on the database, bypassing the hooks. The arguments replace the statement's format verbs.
func (s *Server) Exec(statement string, arguments ...any) {
	s.t.Helper()
	if _, err := s.App.DB().NewQuery(fmt.Sprintf(statement, arguments...)).Execute(); err != nil {
		s.t.Fatal(err)
	}
}

// Plan returns the steps of SQLite's plan for a statement, as it is written or as StartWatched reports it.
func (s *Server) Plan(statement string) (steps []string) {
	s.t.Helper()
	var rows []struct{ Detail string }
	statement = strings.ReplaceAll(statement, "=<nil>", "=NULL") // dbx logs it so
	if err := s.App.ConcurrentDB().NewQuery("EXPLAIN QUERY PLAN " + statement).All(&rows); err != nil {
		s.t.Fatalf("%v: %s", err, statement)
	}
	for _, row := range rows {
		steps = append(steps, row.Detail)
	}
	return steps
}

// Reconnect ends the connections to the database that nobody uses: only new ones read statistics that were made since.
func (s *Server) Reconnect() {
	for _, db := range []dbx.Builder{s.App.ConcurrentDB(), s.App.NonconcurrentDB()} {
		pool := db.(*dbx.DB).DB()
		pool.SetMaxIdleConns(0)
		pool.SetMaxIdleConns(5)
	}
}

// Pass puts the clock forward by which pushes and mails wait for their retries and for the end of pauses. A Process has none.
func (s *Server) Pass(d time.Duration) {
	s.ahead.Add(int64(d))
	s.wake()
}

func (s *Server) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// RunJob runs a cron job now.
func (s *Server) RunJob(id string) {
	s.t.Helper()
	for _, job := range s.App.Cron().Jobs() {
		if job.Id() == id {
			job.Run()
			return
		}
	}
	s.t.Fatalf("there is no job %s", id)
}

// Outbox lists the pushes: "state error" of each row, oldest first.
func (s *Server) Outbox() []string {
	s.t.Helper()
	var rows []struct{ State, Error string }
	if err := s.App.DB().NewQuery("SELECT state, error FROM pushes ORDER BY rowid").All(&rows); err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, row := range rows {
		out = append(out, strings.TrimSpace(row.State+" "+row.Error))
	}
	return out
}

// AwaitOutbox waits until done reports true for the outbox, which it returns. description says for a failure what was
// waited for.
func (s *Server) AwaitOutbox(description string, done func([]string) bool) []string {
	s.t.Helper()
	var last []string
	for deadline := time.Now().Add(Soon); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if last = s.Outbox(); done(last) {
			return last
		}
	}
	s.t.Fatalf("the outbox is not %s: %q", description, last)
	return nil
}

// WantCleanLog fails the test if the server has printed an error of its own.
func (s *Server) WantCleanLog() {
	s.t.Helper()
	s.FlushLog()
	if log := s.Log.String(); strings.Contains(log, "panic") || strings.Contains(log, "a request failed") || strings.Contains(log, "level=ERROR") {
		s.t.Error(log[:min(len(log), 4000)])
	}
}

// Snapshot returns a check that fails the test unless the stored files, the rows of users, media and devices, and the
// last ids that were assigned are those of now. what names the step that the check follows.
func (s *Server) Snapshot() (check func(what string)) {
	s.t.Helper()
	before, state := s.StoredFiles(), s.rowsAndIDs()
	return func(what string) {
		s.t.Helper()
		if files := s.AwaitStored(len(before)); !slices.Equal(files, before) {
			s.t.Errorf("%s: files were\n%s\nand are\n%s", what, strings.Join(before, "\n"), strings.Join(files, "\n"))
		}
		if after := s.rowsAndIDs(); after != state {
			s.t.Errorf("%s: rows and last ids were\n%s\nand are\n%s", what, state, after)
		}
	}
}

// rowsAndIDs describes the number of users, media and devices, and the last ids that were assigned.
func (s *Server) rowsAndIDs() string {
	s.t.Helper()
	var all []string
	for _, collection := range []string{store.Users, store.Media, store.Devices} {
		rows, err := s.App.CountRecords(collection)
		if err != nil {
			s.t.Fatal(err)
		}
		last, err := store.LastID(context.Background(), s.App, store.Sequence(collection))
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s: %d rows, last id %d", collection, rows, last))
	}
	return strings.Join(all, "; ")
}

// AwaitStored waits until the storage holds the given number of files, for five seconds at most, and lists what it
// holds: files are removed a moment after their rows, and a cancelled upload when the server notices.
func (s *Server) AwaitStored(files int) []string {
	for range 500 {
		if stored := s.StoredFiles(); len(stored) == files {
			return stored
		}
		time.Sleep(10 * time.Millisecond)
	}
	return s.StoredFiles()
}
