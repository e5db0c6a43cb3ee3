package powercut

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// told is what had left the server at a power cut.
type told struct {
	*ledger
	acknowledged func(exchange) bool
	pushes       []pushed
	content      func(name string) []byte // of the file with that name when it was complete; nil: not known
}

// check fails the test unless a server still has what it has told, and counts it.
func (k told) check(t *testing.T, p *testkit.Running) (objects int) {
	t.Helper()
	var gone []string // names of files that are to be removed
	for _, o := range k.objects {
		last := o.last(k.acknowledged)
		if last < 0 {
			continue
		}
		objects++
		got := o.read(p.Server)
		if !o.allows(got, last) {
			t.Errorf("%s: acknowledged as %q, is %q", o.name, o.states[last].want, got)
		}
		if o.states[last].want == "404" {
			gone = append(gone, filepath.Base(o.name))
		}
	}
	dashboard := p.Dashboard()
	k.checkEvents(t, dashboard)
	k.checkFiles(t, p, dashboard)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left := slices.DeleteFunc(p.StoredFiles(), func(file string) bool { return !slices.Contains(gone, filepath.Base(file)) })
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Errorf("removed, and there again: %v", left)
			break
		}
	}
	p.Client() // it still works
	return objects
}

// all returns all rows of a collection.
func all(t *testing.T, dashboard *testkit.Dashboard, collection string) (rows []map[string]any) {
	t.Helper()
	for page := 1; ; page++ {
		var answer struct{ Items []map[string]any }
		dashboard.Request(http.MethodGet, dashboard.Path(collection, nil)+fmt.Sprintf("?perPage=500&page=%d", page)).Do().Want(200).Into(&answer)
		rows = append(rows, answer.Items...)
		if len(answer.Items) < 500 {
			return rows
		}
	}
}

// pushesAbout has the type of push about each new status of an order.
var pushesAbout = map[string]string{"new": "order.created", "done": "order.done", "cancelled": "order.cancelled", "reviewed": "order.reviewed"}

// checkEvents looks for the history and the pushes of what was acknowledged, and for the events that pushes were about.
func (k told) checkEvents(t *testing.T, dashboard *testkit.Dashboard) {
	t.Helper()
	history, outbox := map[pushed]bool{}, map[pushed]bool{}
	for _, row := range all(t, dashboard, "order_history") {
		history[pushed{pushesAbout[fmt.Sprint(row["to"])], fmt.Sprint(row["order"])}] = true
	}
	for _, row := range all(t, dashboard, "pushes") {
		outbox[pushed{fmt.Sprint(row["type"]), fmt.Sprint(row["order"])}] = true
	}
	for _, e := range k.events {
		if event := (pushed{pushesAbout[e.to], e.order}); k.acknowledged(e.answer) && (!history[event] || !outbox[event]) {
			t.Errorf("order %s became %s: history %v, push %v", e.order, e.to, history[event], outbox[event])
		}
	}
	for _, push := range k.pushes {
		if !history[push] {
			t.Errorf("a push told of order %s %s, which is not there", push.order, push.kind)
		}
	}
}

// checkFiles looks for the files of all media, whether or not anybody was told of them.
func (k told) checkFiles(t *testing.T, p *testkit.Running, dashboard *testkit.Dashboard) {
	t.Helper()
	for _, row := range all(t, dashboard, "media") {
		names := []string{fmt.Sprint(row["file"])}
		if row["still"] == "ready" {
			names = append(names, fmt.Sprint(row["preview"]))
		}
		for _, name := range names {
			file := filepath.Join(p.Dir, "storage", fmt.Sprint(row["collectionId"]), fmt.Sprint(row["id"]), name)
			content, err := os.ReadFile(file)
			want := k.content(name)
			if err != nil || len(content) == 0 || want != nil && !bytes.Equal(content, want) {
				t.Errorf("media %v: %d bytes of %d, %v", row["id"], len(content), len(want), err)
			}
			if attributes, err := os.ReadFile(file + ".attrs"); err != nil || !strings.HasPrefix(string(attributes), "{") {
				t.Errorf("media %v: attributes %q, %v", row["id"], attributes, err)
			}
		}
	}
}
