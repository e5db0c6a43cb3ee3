// Package testkit holds what privet's tests share: a server on a free port with its own database, users and orders
// created through the API, and a fluent builder of requests whose answers are checked against the specification. Only
// tests import it.
package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/privet/privet/hooks"
	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/mail"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"
	_ "github.com/privet/privet/pb_migrations"
	"github.com/privet/privet/pb_public"
	"github.com/privet/privet/routes"
	"github.com/privet/privet/routes/metrics"
	"github.com/privet/privet/routes/testkit/shared"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"
	"github.com/pocketbase/pocketbase/tools/router"
)

// Server is a running privet.
type Server struct {
	t          testing.TB
	App        *tests.TestApp
	URL        string // http://127.0.0.1:port
	HTTPClient *http.Client
	Log        *Log // the warnings and errors that the server has printed
	Router     *router.Router[*core.RequestEvent]

	dir      string        // the data folder
	ahead    *atomic.Int64 // how far the clock of pushes and mails is ahead, in nanoseconds
	wake     func()
	signedUp *atomic.Int64
}

// WithT returns the same server for a subtest, which its failures are then attributed to.
func (s *Server) WithT(t testing.TB) *Server {
	other := *s
	other.t = t
	return &other
}

// Main runs the tests of a package, for its TestMain, and removes what they share.
func Main(m *testing.M) { shared.Main(m) }

// template returns a migrated, empty data folder, which each server copies.
var template = sync.OnceValues(func() (string, error) {
	return shared.Template(func(dir string) error {
		app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
		worker, err := push.NewWorker(app, &settings.Settings{}, time.Now)
		if err != nil {
			return err
		}
		hooks.Register(app, &settings.Settings{}, worker, mail.NewWorker(app, &settings.Settings{}, time.Now), preview.NewWorker(app, nil, ""), logs.New(io.Discard, false))
		if err := app.Bootstrap(); err != nil {
			return err
		}
		if err := app.RunAllMigrations(); err != nil {
			return err
		}
		return app.ClearBootstrap()
	})
})

// Start runs a server in the test's process until the test ends. The rate limit is off unless one of the changes of the
// settings turns it on.
func Start(t testing.TB, changes ...func(*settings.Settings)) *Server {
	t.Helper()
	return start(t, nil, nil, changes...)
}

// StartStored starts a server as Start does, with changes of PocketBase's settings, which its database stores.
func StartStored(t testing.TB, stored func(*core.Settings), changes ...func(*settings.Settings)) *Server {
	t.Helper()
	return start(t, nil, stored, changes...)
}

// StartWatched starts a server as Start does. watch gets each statement of its database, from any goroutine.
func StartWatched(t testing.TB, watch func(statement string), changes ...func(*settings.Settings)) *Server {
	t.Helper()
	return start(t, watch, nil, changes...)
}

func start(t testing.TB, watch func(statement string), stored func(*core.Settings), changes ...func(*settings.Settings)) *Server {
	t.Helper()
	dir, err := template()
	if err != nil {
		t.Fatal(err)
	}
	app, err := tests.NewTestAppWithConfig(core.BaseAppConfig{
		DataDir:          dir,
		DBConnect:        database.Connect,
		DataMaxOpenConns: database.Connections(),
		DataMaxIdleConns: database.Connections(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Cleanup)
	app.Settings().Batch.Enabled = true // before anything reads the settings, which PocketBase does without a lock
	app.Settings().Logs.MaxDays = 1     // PocketBase's test app disables logging, and what is printed are the logs
	if stored != nil {
		stored(app.Settings())
	}
	if watch != nil {
		for _, builder := range []dbx.Builder{app.ConcurrentDB(), app.NonconcurrentDB()} {
			db, ok := builder.(*dbx.DB)
			if !ok {
				t.Fatalf("the database is a %T", builder)
			}
			db.QueryLogFunc = func(_ context.Context, _ time.Duration, statement string, _ *sql.Rows, _ error) { watch(statement) }
			db.ExecLogFunc = func(_ context.Context, _ time.Duration, statement string, _ sql.Result, _ error) { watch(statement) }
		}
	}
	chosen := &settings.Settings{
		TrustedProxies: settings.DefaultProxies(),
		UploadFloor:    1, // the machine's disk may be fuller than servers let it become
	}
	for _, change := range changes {
		change(chosen)
	}
	s := &Server{t: t, App: app, Log: &Log{}, dir: app.DataDir(), signedUp: &atomic.Int64{}, ahead: &atomic.Int64{}}
	worker, err := push.NewWorker(app, chosen, s.now)
	if err != nil {
		t.Fatal(err)
	}
	mails := mail.NewWorker(app, chosen, s.now)
	s.wake = func() { worker.Wake(); mails.Wake() }
	pictures := preview.NewWorker(app, nil, "") // no previews: their child processes run privet's own binary, which only Process has
	out := logs.New(s.Log, chosen.LogJSON)
	hooks.Register(app, chosen, worker, mails, pictures, out)
	routes.Register(app, chosen, worker, pictures, pb_public.Pages, out, metrics.Build{})
	s.serve()
	return s
}

// serve starts PocketBase's HTTP server on a free port and waits until it answers.
func (s *Server) serve() {
	s.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.URL = "http://" + listener.Addr().String()
	s.connect()
	s.App.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		e.InstallerFunc = nil
		s.Router = e.Router
		return e.Next()
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := apis.Serve(s.App, apis.ServeConfig{HttpAddr: listener.Addr().String()}); err != nil {
			fmt.Fprintln(s.Log, err)
		}
	}()
	s.awaitStart(ended)
}

// connect creates the HTTP client, which checks every exchange against the specification (spec.go).
func (s *Server) connect() {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.HTTPClient = &http.Client{Jar: jar, Timeout: 2 * time.Minute, Transport: CheckedTransport(s.t, &http.Transport{MaxIdleConnsPerHost: 64})}
	s.t.Cleanup(s.HTTPClient.CloseIdleConnections)
}

// awaitStart waits until the server answers. The caller closes ended if the server exits first, which fails the test.
func (s *Server) awaitStart(ended <-chan struct{}) {
	s.t.Helper()
	for range 2000 {
		answer, err := s.HTTPClient.Get(s.URL + "/api/health")
		if err == nil {
			answer.Body.Close()
			return
		}
		select {
		case <-ended:
			s.t.Fatal("the server ended: ", s.Log)
		case <-time.After(10 * time.Millisecond):
		}
	}
	s.t.Fatal("the server does not answer: ", s.Log)
}

// FreeAddress returns an address of the loopback interface that nothing listens on.
func FreeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
