// Package backup makes backups of a data folder, beside the server that uses it or without one, and restores them. A
// backup is a zip file that holds what a data folder needs to be served: a copy of the database as it was at one moment,
// each file that a row of that copy names, and the list of erased users. Nothing else is in it: no upload that is not
// complete and so not cleaned, no temporary file, no cache, no log.
//
//   - write.go: the backup; staging.go: what makes its files those of one moment
//   - archive.go: reads a zip file that may come from anywhere; verify.go: compares it with what it should hold
//   - restore.go: a data folder from a zip file
//
// Files in an object store are in no backup: its bucket has to keep versions, or copies, of its own.
package backup

import (
	"fmt"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store/dbfile"
)

// The names of the manifest and of the list of erasures in the zip file, and so in a data folder that the dashboard has
// restored, or into which somebody has unpacked one.
const (
	ManifestName = "privet-backup.json"
	ErasedName   = "privet-erased.txt"
)

// Other names, which are those in a data folder.
const (
	storageFolder = "storage"
)

// format is the version of the zip file's contents.
const format = 1

// Manifest describes a backup; it is in the zip file.
type Manifest struct {
	Format  int       `json:"format"`
	Version string    `json:"privet"` // of the program
	Time    time.Time `json:"time"`   // of the database's copy
	Rows    []Row     `json:"rows"`
	Files   int       `json:"files"` // that rows name and that are in the zip file
	Bytes   int64     `json:"bytes"` // of these
	Missing int       `json:"missing"`
	Lost    []string  `json:"lost,omitempty"`   // some of the missing
	Bucket  string    `json:"bucket,omitempty"` // where the files are that are not in the zip file, "" for none
	Remote  int       `json:"remote"`           // how many these are
}

// Row is the number of rows of a table.
type Row struct {
	Table string `json:"table"`
	Count int    `json:"count"`
}

// rowsOf returns counts as the manifest has them.
func rowsOf(counts []dbfile.Count) []Row {
	rows := make([]Row, len(counts))
	for i, c := range counts {
		rows[i] = Row{c.Table, c.Rows}
	}
	return rows
}

// Summary returns in a few lines what a backup holds.
func (m *Manifest) Summary() string {
	var b strings.Builder
	var rows []string
	for _, r := range m.Rows {
		if !strings.HasPrefix(r.Table, "_") {
			rows = append(rows, fmt.Sprintf("%d %s", r.Count, strings.ReplaceAll(r.Table, "_", " ")))
		}
	}
	fmt.Fprintf(&b, "  database  %s, as of %s\n", strings.Join(rows, ", "), m.Time.UTC().Format("2006-01-02 15:04:05 UTC"))
	if m.Bucket != "" {
		fmt.Fprintf(&b, "  files     none of the %d: they are in %s, which has to keep copies of its own\n", m.Remote, m.Bucket)
	} else {
		fmt.Fprintf(&b, "  files     %d, %s\n", m.Files, size(m.Bytes))
	}
	if m.Missing > 0 {
		fmt.Fprintf(&b, "  missing   %d files that rows name are not in the storage, such as %s\n", m.Missing, m.Lost[0])
	}
	return b.String()
}

// size returns a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 10e9:
		return fmt.Sprintf("%d GB", n/1e9)
	case n >= 10e6:
		return fmt.Sprintf("%d MB", n/1e6)
	}
	return fmt.Sprintf("%d KB", (n+999)/1000)
}
