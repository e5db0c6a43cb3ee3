package store

import (
	"context"
	"errors"
	"net/url"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"
)

// FlushLogs writes what PocketBase has gathered of its log, which it does by itself every three seconds.
func FlushLogs(app core.App) error {
	if gathered, ok := app.Logger().Handler().(*logger.BatchHandler); ok {
		return gathered.WriteAll(context.WithValue(context.Background(), logger.BlockKey, true))
	}
	return nil
}

// ForgetLogs removes the lines of PocketBase's log that hold one of the words, as they are or as an address bar
// shows them.
func ForgetLogs(app core.App, words []string) error {
	if len(words) == 0 {
		return nil
	}
	failed := FlushLogs(app)
	for _, word := range words {
		if len(word) < 5 { // a phone of a few digits is in every line
			continue
		}
		_, err := app.AuxNonconcurrentDB().NewQuery(`DELETE FROM _logs WHERE instr(lower(message || data), lower({:word})) > 0
			OR instr(lower(message || data), lower({:escaped})) > 0`).
			Bind(dbx.Params{"word": word, "escaped": url.QueryEscape(word)}).Execute()
		failed = errors.Join(failed, err)
	}
	return failed
}
