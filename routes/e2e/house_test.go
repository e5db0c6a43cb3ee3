package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The limits of CONTRIBUTING.md: a file holds one matter, and a folder can be surveyed.
const (
	maxLines = 300 // of a Go file
	maxFiles = 25  // Go files of a folder
)

// TestHouse checks that no Go file and no folder, tests included, exceeds the limits.
func TestHouse(t *testing.T) {
	files := map[string]int{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		files[filepath.Dir(path)]++
		content, err := os.ReadFile(path)
		if lines := bytes.Count(content, []byte("\n")); lines > maxLines {
			t.Errorf("%s has %d lines", path, lines)
		}
		if strings.HasSuffix(path, "_test.go") && bytes.Contains(content, []byte("Settings()."+"Clone()")) {
			t.Errorf("%s saves PocketBase's settings: use SaveSettings, as the race detector would report it", path)
		}
		return err
	})
	if err != nil || len(files) < 10 {
		t.Fatalf("%d folders: %v", len(files), err)
	}
	for folder, count := range files {
		if count > maxFiles && filepath.Base(folder) != "pb_migrations" { // that one is the history of the schema, and grows
			t.Errorf("%s has %d Go files", folder, count)
		}
	}
}

// The diff by which CONTRIBUTING.md shows how to add a field applies to the code as it is.
func TestFieldDiffApplies(t *testing.T) {
	document, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, diff, _ := strings.Cut(string(document), "```diff\n")
	diff, _, _ = strings.Cut(diff, "```")
	check := exec.Command("git", "apply", "--check", "-")
	check.Dir, check.Stdin = "../..", strings.NewReader(diff)
	if out, err := check.CombinedOutput(); err != nil || diff == "" {
		t.Errorf("the code has changed: make the diff of CONTRIBUTING.md anew: %v\n%s", err, out)
	}
}
