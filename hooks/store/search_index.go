package store

import (
	"github.com/pocketbase/pocketbase/core"
)

// MergeSearch brings the parts together that changes leave the search index in: a search looks into each of them. It goes
// by small steps (SQLite's FTS5, "merge"), so that others write meanwhile.
func MergeSearch(app core.App) error {
	const pages = "-200" // the first step takes up all parts, and each about as many pages
	for step, most := pages, 100_000; most > 0; step, most = pages[1:], most-1 {
		var before, after int64
		if err := app.RunInTransaction(func(tx core.App) error {
			if err := writeRow(tx, `SELECT total_changes()`, nil, &before); err != nil {
				return err
			}
			if err := write(tx, `INSERT INTO users_search(users_search, rank) VALUES('merge', `+step+`)`); err != nil {
				return err
			}
			return writeRow(tx, `SELECT total_changes()`, nil, &after)
		}); err != nil {
			return err
		}
		if after-before < 2 { // nothing was left to do, as FTS5 documents
			return nil
		}
	}
	return nil
}
