package pb_migrations_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/privet/privet/routes/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// released is the list of frozen files, in the form of sha256sum.
const released = "released.txt"

var addReleased = flag.Bool("add-released", false, "append migrations that are not in "+released+" to it")

// Data folders that have run a migration never run it again: who edits one makes new folders differ from those, and what
// works on the one fails on the other. So each file of a migration, and what they share, is frozen as soon as it is there.
func TestReleasedMigrationsAreFrozen(t *testing.T) {
	folder := os.DirFS(".")
	list, err := fs.ReadFile(folder, released)
	if err != nil {
		t.Fatal(err)
	}
	added, problems := compareReleased(t, folder, string(list))
	if *addReleased && len(problems) == 0 {
		if err := os.WriteFile(released, append(list, strings.Join(added, "")...), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, line := range added {
		problems = append(problems, fmt.Sprintf("%s is not in %s. If it is complete, freeze it: go test ./pb_migrations -run Frozen -add-released",
			strings.Fields(line)[1], released))
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

// compareReleased compares the Go files of a folder with a list of frozen ones. It returns the lines that the list lacks,
// and what is wrong with those that it has.
func compareReleased(t *testing.T, folder fs.FS, list string) (added, problems []string) {
	t.Helper()
	frozen := map[string]string{}
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) != 2 || frozen[fields[1]] != "" {
			t.Fatalf("%s has the line %q", released, line)
		}
		frozen[fields[1]] = fields[0]
	}
	names, err := fs.Glob(folder, "*.go")
	if err != nil {
		t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "doc.go" || strings.HasSuffix(name, "_test.go") })
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		hash := fmt.Sprintf("%x", sha256.Sum256(content))
		switch was, listed := frozen[name]; {
		case !listed:
			added = append(added, hash+"  "+name+"\n")
		case was != hash:
			problems = append(problems, name+" has been released and is edited: restore it, and change the schema by a new migration")
		}
		delete(frozen, name)
	}
	for name := range frozen {
		problems = append(problems, name+" has been released and is removed: data folders that have run it would be refused")
	}
	return added, problems
}

// An edited, a removed and a new migration are told apart.
func TestEditedMigrationIsFound(t *testing.T) {
	t.Parallel()
	folder := fstest.MapFS{"1_a.go": {Data: []byte("a")}, "2_b.go": {Data: []byte("b")}, "2_b_test.go": {}, "doc.go": {}}
	list, problems := compareReleased(t, folder, "")
	if len(list) != 2 || len(problems) != 0 || !strings.HasSuffix(list[1], "  2_b.go\n") {
		t.Fatal(list, problems)
	}
	frozen := strings.Join(list, "")
	folder["1_a.go"].Data = []byte("A")
	folder["3_c.go"] = &fstest.MapFile{Data: []byte("c")}
	delete(folder, "2_b.go")
	added, problems := compareReleased(t, folder, frozen)
	if len(added) != 1 || !strings.HasSuffix(added[0], "  3_c.go\n") {
		t.Error(added)
	}
	if len(problems) != 2 || !strings.Contains(problems[0], "1_a.go has been released and is edited") ||
		!strings.Contains(problems[1], "2_b.go has been released and is removed") {
		t.Error(problems)
	}
}
