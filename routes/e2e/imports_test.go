package e2e

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Who may import whom of ours (README, the house). Packages for tests alone may import all.
func TestImportRules(t *testing.T) {
	const module = "github.com/privet/privet"
	allowed := map[string][]string{
		"":                      {"hooks", "hooks/database", "hooks/demo", "hooks/preview", "hooks/push", "hooks/settings", "hooks/stills", "pb_migrations", "pb_public", "routes"},
		"/hooks":                {"hooks/store", "hooks/order", "hooks/mediatype", "hooks/metadata", "hooks/push", "hooks/stills"},
		"/hooks/store":          {"hooks/order", "hooks/mediatype", "hooks/metadata"},
		"/hooks/push":           {"hooks/store", "hooks/order", "hooks/settings"},
		"/hooks/database":       {},
		"/hooks/demo":           {"hooks/store", "hooks/order", "hooks/mediatype"},
		"/hooks/order":          {},
		"/hooks/mediatype":      {},
		"/hooks/metadata":       {},
		"/hooks/preview":        {"hooks/preview/packed"},
		"/hooks/preview/packed": {},
		"/hooks/settings":       {},
		"/hooks/stills":         {"hooks/mediatype", "hooks/preview", "hooks/store"},
		"/routes":               {"hooks/store", "hooks/mediatype", "hooks/metadata", "hooks/order", "hooks/settings", "hooks/push", "hooks/stills", "routes/access", "routes/input", "routes/output", "routes/reference", "routes/social"},
		"/routes/access":        {"hooks/store"},
		"/routes/input":         {"hooks/mediatype", "routes/input/value"},
		"/routes/input/value":   {},
		"/routes/output":        {"hooks/mediatype", "hooks/store", "hooks/order", "routes/input/value"},
		"/routes/reference":     {},
		"/routes/social":        {"hooks/settings"},
		"/routes/benchmark":     {},
		"/pb_migrations":        {},
		"/pb_public":            {},
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		parts := strings.Fields(line)
		name := strings.TrimPrefix(parts[0], module)
		if strings.HasPrefix(name, "/routes/testkit") {
			continue
		}
		may, known := allowed[name]
		if !known {
			t.Errorf("nothing says what %s may import", parts[0])
		}
		for _, imported := range parts[1:] {
			inner, ours := strings.CutPrefix(imported, module+"/")
			if ours && !slices.Contains(may, inner) {
				t.Errorf("%s imports %s", parts[0], imported)
			}
			if name == "/hooks/order" && strings.Contains(imported, ".") {
				t.Errorf("hooks/order imports %s, which is not of the standard library", imported)
			}
			if name == "/pb_migrations" && strings.Contains(imported, ".") && !strings.HasPrefix(imported, "github.com/pocketbase/") {
				t.Errorf("pb_migrations imports %s", imported)
			}
		}
	}
}
