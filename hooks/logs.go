package hooks

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// registerLogs prints warnings and errors as structured lines. PocketBase by itself keeps them in its database
// alone, where nobody looks when a server does not start. A line comes up to three seconds late, as PocketBase
// gathers its logs; it comes before the process ends.
func registerLogs(app core.App, to io.Writer) {
	out := slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelWarn})).Handler()
	app.OnModelCreate(core.LogsTableName).BindFunc(func(e *core.ModelEvent) error {
		entry, ok := e.Model.(*core.Log)
		if level := slog.Level(entryLevel(entry)); ok && level >= slog.LevelWarn && !refused(entry) {
			record := slog.NewRecord(entry.Created.Time(), level, withoutQuery(entry.Message), 0)
			for _, key := range printed {
				if value, there := entry.Data[key]; there {
					record.AddAttrs(slog.String(key, text(value)))
				}
			}
			_ = out.Handle(context.Background(), record) // there is nowhere left to tell
		}
		return e.Next()
	})
}

// printed are the attributes that a line may show. Others stay in the database: a request's address may hold a
// file's token, and details may hold what somebody typed.
var printed = []string{"type", "method", "path", "status", "provider", "reason", "id", "key", "state", "event", "device", "error"}

// refused tells whether an entry is of a request that PocketBase's own API refused. It calls those errors, but
// nothing is wrong with a server that refuses what it should.
func refused(entry *core.Log) bool {
	status, _ := strconv.Atoi(text(entry.Data["status"]))
	return entry.Data["type"] == "request" && status < http.StatusInternalServerError
}

func entryLevel(entry *core.Log) int {
	if entry == nil {
		return 0
	}
	return entry.Level
}

// withoutQuery cuts a request's query off a message such as "GET /api/files/…?token=…".
func withoutQuery(message string) string {
	before, _, _ := strings.Cut(message, "?")
	return before
}

func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	return string(encoded)
}
