package powercut

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

var (
	cuts = flag.Int("cuts", 1, "how many power cuts TestPowerCuts makes, each in two forms")
	seed = flag.Uint64("seed", 0, "of the moments of the cuts and of what the disk keeps; 0: another one each time")
)

// A power cut loses nothing that was acknowledged, and leaves no row without its file.
func TestPowerCuts(t *testing.T) {
	requireStrace(t)
	fcm := fakes.NewFCM(t)
	p := testkit.Process(t, fcm.Env()...)
	dashboard := p.Dashboard()
	p.Stop(syscall.SIGTERM)
	r := trace(t, p)
	l := newLoad(t, p.Server, dashboard)
	if *cuts < 5 {
		l.run(2, 1)
	} else {
		l.run(4, 5)
	}
	r.end(t)
	r.cut(t, l.ledger, fcm.Env())
}

// The first start makes the data folder, its files and the storage: what is acknowledged right afterwards survives.
func TestPowerCutAfterTheFirstStart(t *testing.T) {
	requireStrace(t)
	fcm := fakes.NewFCM(t)
	p := testkit.Process(t, fcm.Env()...)
	p.Stop(syscall.SIGTERM)
	if err := os.RemoveAll(p.Dir); err != nil {
		t.Fatal(err)
	}
	r := trace(t, p)
	l := newLoad(t, p.Server, nil)
	l.run(2, 1)
	r.end(t)
	r.cut(t, l.ledger, fcm.Env())
}

func requireStrace(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes")
	}
	testkit.RequireTools(t, "strace")
	if out, err := exec.Command("strace", "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v: %s", err, out)
	}
}

// recording is what strace records of a server.
type recording struct {
	p       *testkit.Running
	record  string
	disk    *disk
	network *network
}

// trace starts a server that was stopped again, and records what it does.
func trace(t *testing.T, p *testkit.Running) *recording {
	t.Helper()
	d, err := newDisk(filepath.Dir(p.Dir))
	if err != nil {
		t.Fatal(err)
	}
	r := &recording{p: p, record: filepath.Join(t.TempDir(), "record"), disk: d,
		network: &network{ports: map[int]string{}, answers: map[string]int{}}}
	countExchanges(p.HTTPClient)
	p.Under = tracer(r.record)
	p.Start()
	return r
}

// end kills the server and reads the record.
func (r *recording) end(t *testing.T) {
	t.Helper()
	r.p.Stop(syscall.SIGKILL)
	began := time.Now()
	err := readTrace(r.record, func(c call) error {
		if err := r.network.begin(c); err != nil {
			return err
		}
		return r.disk.begin(c)
	}, func(c call) error {
		if err := r.network.end(c); err != nil {
			return err
		}
		return r.disk.end(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(r.record)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d answers and pushes, a record of %d lines and %d MB, read in %s", len(r.network.sent), r.disk.lines, info.Size()>>20, time.Since(began))
	if err := os.Remove(r.record); err != nil {
		t.Fatal(err)
	}
}

// cut makes power cuts, each right after an answer, a push or the removal of a file, or at any moment, starts a server on what the disk holds then, and checks
// that it has what was acknowledged.
func (r *recording) cut(t *testing.T, l *ledger, env []string) {
	t.Helper()
	chosen := *seed
	if chosen == 0 {
		chosen = rand.Uint64()
	}
	t.Logf("-seed %d", chosen)
	random := rand.New(rand.NewPCG(chosen, 0))
	at := map[exchange]int{}
	kinds := map[string][]sending{}
	for _, s := range r.network.sent {
		kind := "push"
		if s.push == nil {
			at[s.answer] = s.at
			if kind = l.kinds[s.answer]; kind == "" {
				continue // to a request that changes nothing
			}
		}
		kinds[kind] = append(kinds[kind], s)
	}
	for _, line := range r.disk.removals {
		kinds["removal"] = append(kinds["removal"], sending{at: line})
	}
	for range 100 {
		kinds["nothing"] = append(kinds["nothing"], sending{at: 1 + random.IntN(r.disk.lines)})
	}
	for answer, kind := range l.kinds {
		if at[answer] == 0 {
			t.Fatalf("the answer %v to %s is not in the record", answer, kind)
		}
	}
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	objects := 0
	for i := range *cuts {
		kind := names[i%len(names)]
		moments := kinds[kind]
		if hard := r.unsynced(moments); len(hard) > 0 && random.IntN(4) > 0 {
			moments = hard
		}
		moment := moments[random.IntN(len(moments))].at
		what := told{ledger: l, content: r.content, acknowledged: func(e exchange) bool { return at[e] <= moment }}
		for _, s := range r.network.sent {
			if s.push != nil && s.at <= moment {
				what.pushes = append(what.pushes, *s.push)
			}
		}
		partly := cut{at: moment, names: moment, random: rand.New(rand.NewPCG(chosen, uint64(moment)))}
		if kind != "removal" && random.IntN(2) == 0 {
			partly.names = random.IntN(moment)
		}
		for _, k := range []cut{{at: moment}, partly} {
			form := "all"
			if k.random != nil {
				form = "a part"
			}
			t.Run(fmt.Sprintf("%d after %s, %s unsynced lost", i, kind, form), func(t *testing.T) {
				target := filepath.Join(t.TempDir(), "disk")
				if err := k.restore(r.disk.root, target); err != nil {
					t.Fatal(err)
				}
				p := testkit.ProcessOn(t, filepath.Join(target, filepath.Base(r.p.Dir)), env...)
				objects += what.check(t, p)
			})
		}
	}
	t.Logf("%d objects were checked after %d cuts", objects, *cuts)
}

// unsynced returns the moments at which the database's log has something that is not safe.
func (r *recording) unsynced(moments []sending) (all []sending) {
	log := r.disk.at(filepath.Join(r.p.Dir, "data.db-wal"))
	for _, m := range moments {
		if safe, made := (cut{at: m.at}).safe(log); safe < made {
			all = append(all, m)
		}
	}
	return all
}

// content returns what the file with a name was when it was complete, nil if there was none.
func (r *recording) content(name string) []byte {
	files := r.disk.named[name]
	if len(files) == 0 {
		return nil
	}
	content := files[len(files)-1].content()
	for _, file := range files {
		if file.size > 0 && !bytes.Equal(file.content(), content) {
			return nil // a preview that was made twice
		}
	}
	return content
}
