package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/privet/privet"

// testOnly are the packages that only tests use. They may import everything, and no other package may import them.
var testOnly = []string{"routes/testkit", "routes/testkit/browser", "routes/testkit/fakes", "routes/testkit/oracle", "routes/testkit/shared", "routes/contract", "routes/e2e", "routes/additions", "routes/benchmark", "routes/attack", "routes/powercut", "routes/samples"}

// layers is the table of layers in CONTRIBUTING.md.
type layers struct {
	level map[string]int     // of each package; 0 is the highest
	pairs map[[2]string]bool // imports within a layer that are allowed: importer and imported; true once seen
}

// readLayers reads the table: a row per layer, the highest first, of which the second column lists the packages and the
// third the imports within the layer, as "`a` → `b`, `c`; `d` → `e`".
func readLayers(t *testing.T) *layers {
	t.Helper()
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "<!-- layers -->\n")
	if !found {
		t.Fatal("CONTRIBUTING.md has no table of layers")
	}
	names := func(text string) (all []string) {
		for _, match := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
			all = append(all, match[1])
		}
		return all
	}
	l := &layers{level: map[string]int{}, pairs: map[[2]string]bool{}}
	row := 0
	for line := range strings.Lines(strings.TrimLeft(table, "\n")) {
		columns := strings.Split(line, "|")
		if len(columns) < 5 { // behind the table
			break
		}
		for _, name := range names(columns[2]) {
			if _, twice := l.level[name]; twice {
				t.Errorf("%s is in two layers", name)
			}
			l.level[name] = row
		}
		for part := range strings.SplitSeq(columns[3], ";") {
			importer, imported, _ := strings.Cut(part, "→")
			for _, from := range names(importer) {
				for _, to := range names(imported) {
					l.pairs[[2]string{from, to}] = false
				}
			}
		}
		row++
	}
	return l
}

// allows reports whether a package may import another. It notes which pairs are in use.
func (l *layers) allows(importer, imported string) bool {
	from, known := l.level[importer]
	to, alsoKnown := l.level[imported]
	if !known || !alsoKnown {
		return false
	}
	pair := [2]string{importer, imported}
	if _, listed := l.pairs[pair]; listed && from == to {
		l.pairs[pair] = true
		return true
	}
	return from < to
}

// TestImportRules compares the imports of all packages with the table of layers: a package imports only packages of
// lower layers, and of its own layer those that the table lists. Packages below an internal folder count as the
// package that contains the folder.
func TestImportRules(t *testing.T) {
	l := readLayers(t)
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	short := func(path string) string {
		if path == module {
			return "."
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(path, module+"/"), "/internal/")
		return name
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		paths := strings.Fields(line)
		importer := short(paths[0])
		if slices.Contains(testOnly, importer) {
			continue
		}
		seen[importer] = true
		if _, known := l.level[importer]; !known {
			t.Errorf("%s is in no layer", importer)
			continue
		}
		for _, path := range paths[1:] {
			external := strings.Contains(strings.Split(path, "/")[0], ".")
			if ours := path == module || strings.HasPrefix(path, module+"/"); ours {
				if imported := short(path); imported != importer && !l.allows(importer, imported) {
					t.Errorf("%s imports %s", importer, imported)
				}
			}
			if importer == "hooks/order" && external {
				t.Errorf("hooks/order imports %s, which is not in the standard library", path)
			}
			if importer == "pb_migrations" && external && !strings.HasPrefix(path, "github.com/pocketbase/") && !strings.HasPrefix(path, "golang.org/x/") {
				t.Errorf("pb_migrations imports %s", path)
			}
		}
	}
	for name := range l.level {
		if !seen[name] {
			t.Errorf("the table lists %s, which is no package", name)
		}
	}
	for pair, used := range l.pairs {
		if !used {
			t.Errorf("the table lists the import of %s by %s, which does not exist or needs no entry", pair[1], pair[0])
		}
	}
}
