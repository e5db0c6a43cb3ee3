package erasure

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestList(t *testing.T) {
	data := t.TempDir()
	at := time.Date(2026, 1, 31, 8, 0, 0, 5e6, time.UTC)
	first := Entry{User, "12", "2024-04-30 10:28:25.123Z", Erased, at}
	second := Entry{Media, "7", "2025-04-30 10:28:25.000Z", Deleted, at.Add(time.Hour)}
	if entries, invalid, err := ReadFile(Path(data)); entries != nil || invalid != 0 || err != nil {
		t.Fatal(entries, invalid, err)
	}
	if err := Append(data, first); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(Path(data)); err != nil || string(content) != "user 12 2024-04-30T10:28:25.123Z erased 2026-01-31T08:00:00.005Z\n" {
		t.Fatalf("%s %v", content, err)
	}
	// A crash in the middle of a line costs that line and no other.
	file, err := os.OpenFile(Path(data), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("user 1"); err != nil {
		t.Fatal(err)
	}
	file.Close()
	if err := Append(data, second); err != nil {
		t.Fatal(err)
	}
	entries, invalid, err := ReadFile(Path(data))
	if err != nil || invalid != 1 || !slices.Equal(entries, []Entry{first, second}) {
		t.Error(entries, invalid, err)
	}
	if info, err := os.Stat(filepath.Join(data, "privet", "erased")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}
