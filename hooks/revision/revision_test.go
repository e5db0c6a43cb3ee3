package revision

import (
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// row returns a saved row with two texts.
func row(a, b string) *core.Record {
	collection := core.NewBaseCollection("things")
	collection.Fields.Add(&core.TextField{Name: "a"}, &core.TextField{Name: "b"})
	r := core.NewRecord(collection)
	r.Id = "1"
	r.Set("a", a)
	r.Set("b", b)
	_ = r.PostScan() // as after a load
	return r
}

// form returns a copy of the row as of now with the values of a form.
func form(now *core.Record, a, b string) *core.Record {
	r := row(now.GetString("a"), now.GetString("b"))
	r.Set("a", a)
	r.Set("b", b)
	return r
}

func TestMerge(t *testing.T) {
	for _, c := range []struct {
		name      string
		guarded   bool
		rev       int // of the form
		a, b      string
		wantA     string
		wantB     string
		conflicts []string
		unknown   bool
	}{
		{name: "nothing changed in the form", guarded: true, rev: 1, a: "a1", b: "b1", wantA: "a3", wantB: "b1"},
		{name: "another field", guarded: true, rev: 1, a: "a1", b: "mine", wantA: "a3", wantB: "mine"},
		{name: "the same field", guarded: true, rev: 1, a: "mine", b: "b1", conflicts: []string{"a"}},
		{name: "the same field, later", guarded: true, rev: 2, a: "mine", b: "b1", conflicts: []string{"a"}},
		{name: "the same field to the same value", guarded: true, rev: 1, a: "a3", b: "b1", wantA: "a3", wantB: "b1"},
		{name: "the same field that is not guarded", rev: 1, a: "mine", b: "b1", wantA: "mine", wantB: "b1"},
		{name: "back to what a later form showed", guarded: true, rev: 2, a: "a1", b: "b1", conflicts: []string{"a"}},
		{name: "up to date", guarded: true, rev: 3, a: "mine", b: "b1", wantA: "mine", wantB: "b1"},
		{name: "older than what is known", rev: -1, a: "mine", b: "b1", unknown: true},
		{name: "older than what is known, unchanged", rev: -1, a: "a3", b: "b1", wantA: "a3", wantB: "b1"},
		{name: "newer than the row", rev: 4, a: "a3", b: "b1", unknown: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := New()
			first, second, third := row("a1", "b1"), row("a2", "b1"), row("a3", "b1")
			h.Note(row("lost", "b1"), first, 2, true) // in a transaction that failed
			h.Note(second, first, 2, c.guarded)
			h.Note(third, second, 3, c.guarded)
			record := form(third, c.a, c.b)
			conflicts, known := h.Merge(record, third, c.rev, 3)
			if known == c.unknown || !slices.Equal(conflicts, c.conflicts) {
				t.Fatalf("conflicts %v, known: %v", conflicts, known)
			}
			if known && len(conflicts) == 0 && (record.GetString("a") != c.wantA || record.GetString("b") != c.wantB) {
				t.Errorf("merged: %q, %q", record.GetString("a"), record.GetString("b"))
			}
		})
	}
}

// A change that the history has missed makes older forms unknown.
func TestGap(t *testing.T) {
	h := New()
	h.Note(row("a2", "b"), row("a1", "b"), 2, true)
	h.Note(row("a4", "b"), row("a3", "b"), 4, true)
	if _, known := h.Merge(form(row("a4", "b"), "mine", "b"), row("a4", "b"), 1, 4); known {
		t.Error("a form from before the gap")
	}
	if _, known := h.Merge(form(row("a5", "b"), "mine", "b"), row("a5", "b"), 3, 5); known {
		t.Error("the newest change is not known")
	}
	if conflicts, known := h.Merge(form(row("a4", "b"), "mine", "b"), row("a4", "b"), 3, 4); !known || len(conflicts) != 1 {
		t.Error("a form from after the gap", conflicts, known)
	}
}
