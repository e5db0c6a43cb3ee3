package child

import (
	"os"
	"path/filepath"
	"testing"
)

// A codec sees a single file and can open no other, by whatever name.
func TestOnlyInput(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "seen")
	if err := os.WriteFile(seen, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(seen)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range []string{"etc/passwd", "../etc/passwd", f.Name(), "input/..", ""} {
		t.Run(name, func(t *testing.T) {
			if _, err := (singleFileFS{f, 1}).Open(name); err == nil {
				t.Errorf("%q opens", name)
			}
		})
	}
}
