// Package erasure keeps the list of what was erased for good, outside of the database. A restore brings back the database
// of an earlier moment, and with it who was erased since: the list, which is newer, says who. It holds numbers and times,
// no names.
//
// Each line is one erasure, and none is ever removed:
//
//	user 12 2024-04-30T10:28:25.123Z erased 2026-01-31T08:00:00.000Z
//
// that is: the kind of row, its id, when the row was created (so that the list can't be applied to the rows of another
// installation), what was done, and when.
package erasure

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/durable"
)

// The kinds of rows, and what was done with them.
const (
	User  = "user"
	Media = "media"

	Erased  = "erased"
	Deleted = "deleted"
)

// Entry is one erasure.
type Entry struct {
	Kind    string // User or Media
	ID      string
	Created string // when the row was created, as the database has it
	Act     string // Erased, or Deleted: the row is gone
	At      time.Time
}

const timeLayout = "2006-01-02T15:04:05.000Z"

// String returns the entry's line.
func (e Entry) String() string {
	created := strings.ReplaceAll(e.Created, " ", "T")
	return strings.Join([]string{e.Kind, e.ID, created, e.Act, e.At.UTC().Format(timeLayout)}, " ")
}

// parse returns the entry of a line; ok is false for a line that is none, such as one that a crash cut off.
func parse(line string) (e Entry, ok bool) {
	parts := strings.Split(line, " ")
	if len(parts) != 5 || parts[0] != User && parts[0] != Media || parts[3] != Erased && parts[3] != Deleted {
		return e, false
	}
	at, err := time.Parse(timeLayout, parts[4])
	if _, wrong := time.Parse(timeLayout, parts[2]); err != nil || wrong != nil {
		return e, false
	}
	return Entry{Kind: parts[0], ID: parts[1], Created: strings.Replace(parts[2], "T", " ", 1), Act: parts[3], At: at}, true
}

// Path returns where the list of a data folder is.
func Path(data string) string { return filepath.Join(data, disk.PrivateFolder, "erased") }

// Append adds entries to the list of a data folder, and returns when they are on the disk.
func Append(data string, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	path := Path(data)
	_, err := os.Stat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	if isNew {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("the list of erasures: %w", err)
	}
	defer file.Close()
	text, err := unfinished(file)
	if err != nil {
		return err
	}
	for _, e := range entries {
		text = append(append(text, e.String()...), '\n')
	}
	if _, err := file.Write(text); err != nil {
		return fmt.Errorf("the list of erasures: %w", err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("the list of erasures: %w", err)
	}
	if isNew {
		return errors.Join(durable.SyncFolder(filepath.Dir(path)), durable.SyncFolder(data), disk.LikeFolder(data, filepath.Dir(path), path))
	}
	return nil
}

// unfinished returns what ends the last line of a file that a crash cut off there.
func unfinished(file *os.File) ([]byte, error) {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err
	}
	last := make([]byte, 1)
	if _, err := file.ReadAt(last, info.Size()-1); err != nil || last[0] == '\n' {
		return nil, err
	}
	return []byte("\n"), nil
}

// ReadFile reads a list. Lines that are none are counted and left out. A list that does not exist is empty.
func ReadFile(path string) (entries []Entry, invalid int, err error) {
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, err
	}
	return Read(bytes.NewReader(content))
}

// Read is ReadFile for a list that is read from elsewhere.
func Read(from io.Reader) (entries []Entry, invalid int, err error) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		if e, ok := parse(text); ok {
			entries = append(entries, e)
		} else {
			invalid++
		}
	}
	return entries, invalid, lines.Err()
}
