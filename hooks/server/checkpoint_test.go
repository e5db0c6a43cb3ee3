package server

import (
	"context"
	"testing"

	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/durable"

	"github.com/pocketbase/pocketbase/core"
)

// The log's file keeps its size while there are commits, and is cut when there are none.
func TestIdleLogIsCut(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir(), DBConnect: database.Connect})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	log := durable.Of(app)
	c := checkpointer{app: app, log: log}
	write := func(text string) {
		t.Helper()
		if _, err := app.NonconcurrentDB().NewQuery(text).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	tick := func(times int) {
		t.Helper()
		for range times {
			if err := c.tick(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(`CREATE TABLE bursts AS SELECT hex(randomblob(4000000)) AS content`)
	burst := log.Size()
	if burst < 8e6 {
		t.Fatalf("a burst of %d bytes", burst)
	}
	for range 3 {
		tick(idleTicks - 1)
		write(`INSERT INTO bursts VALUES ('little')`)
	}
	if log.Size() != burst {
		t.Errorf("%d bytes instead of %d: the file is cut between commits", log.Size(), burst)
	}
	tick(idleTicks + 1)
	if log.Size() != 0 {
		t.Errorf("%d bytes are left", log.Size())
	}
	write(`INSERT INTO bursts VALUES ('little')`)
	if err := log.Wait(); err != nil || log.Size() == 0 {
		t.Error(log.Size(), err)
	}
	tick(idleTicks + 1)
	if log.Size() != 0 {
		t.Errorf("%d bytes are left of a little", log.Size())
	}
}
