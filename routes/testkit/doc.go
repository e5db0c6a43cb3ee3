// Package testkit is what privet's tests share: a real server on a free port with a database of its own, people
// and orders made through the API, and requests that read as sentences. Only tests import it.
package testkit

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks"
	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	_ "github.com/privet/privet/pb_migrations"
	"github.com/privet/privet/pb_public"
	"github.com/privet/privet/routes"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"
)

// Server is a running privet.
type Server struct {
	t          testing.TB
	App        *tests.TestApp
	URL        string // http://127.0.0.1:port
	HTTPClient *http.Client
	Log        *Log // what it printed: warnings and errors

	dir      string // the data folder
	signedUp int
}

// template is a migrated, empty data folder, made once for each test binary and copied by each server.
var template = sync.OnceValues(func() (string, error) {
	dir, err := sharedFolder("privet-template-")
	if err != nil {
		return "", err
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: filepath.Join(dir, "data")})
	worker, err := push.NewWorker(app, settings.Firebase{})
	if err != nil {
		return "", err
	}
	hooks.Register(app, worker, preview.NewWorker(app, nil), io.Discard)
	if err := app.Bootstrap(); err != nil {
		return "", err
	}
	if err := app.RunAllMigrations(); err != nil {
		return "", err
	}
	return app.DataDir(), app.ClearBootstrap()
})

// Start runs a server until the test ends. Its throttle is off unless a change of the settings turns it on.
func Start(t testing.TB, changes ...func(*settings.Settings)) *Server {
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
	app.Settings().Batch.Enabled = true // while nobody reads the settings yet, which PocketBase does without a lock
	app.Settings().Logs.MaxDays = 1     // PocketBase's tests turn off the logs, which are what is printed
	chosen := &settings.Settings{}
	for _, change := range changes {
		change(chosen)
	}
	s := &Server{t: t, App: app, Log: &Log{}, dir: app.DataDir()}
	worker, err := push.NewWorker(app, chosen.Firebase)
	if err != nil {
		t.Fatal(err)
	}
	pictures := preview.NewWorker(app, nil) // stills are for Process, which runs the program that its children are
	hooks.Register(app, worker, pictures, s.Log)
	routes.Register(app, chosen, worker, pictures, pb_public.Pages)
	s.serve()
	return s
}

// serve starts PocketBase's own HTTP server on a free port.
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
		return e.Next()
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := apis.Serve(s.App, apis.ServeConfig{HttpAddr: listener.Addr().String()}); err != nil {
			fmt.Fprintln(s.Log, err)
		}
	}()
	s.awaitHealth(ended)
}

// connect makes the client, which checks every exchange against the specification (spec.go).
func (s *Server) connect() {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.HTTPClient = &http.Client{Jar: jar, Timeout: 2 * time.Minute, Transport: CheckedTransport(s.t, &http.Transport{MaxIdleConnsPerHost: 64})}
	s.t.Cleanup(s.HTTPClient.CloseIdleConnections)
}

// awaitHealth waits until the server answers; ended is closed if it ends before.
func (s *Server) awaitHealth(ended <-chan struct{}) {
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

// Log gathers what a server prints.
type Log struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

// FlushLog lets the server print at once what it has gathered to print.
func (s *Server) FlushLog() {
	s.t.Helper()
	if err := store.FlushLogs(s.App); err != nil {
		s.t.Fatal(err)
	}
}

// String is all that was printed so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// WantLog waits until the server has printed a line that holds text: PocketBase gathers its logs for up to three
// seconds.
func (s *Server) WantLog(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if strings.Contains(s.Log.String(), text) {
			return
		}
	}
	s.t.Errorf("nothing was printed of %q, but: %s", text, s.Log)
}
