package server

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

// RegisterLogs prints warnings and errors to the writer as structured lines. PocketBase keeps them in its database
// only, where nobody looks when a server does not start. PocketBase batches its logs, so a line is up to three
// seconds late, but always printed before the process ends.
func RegisterLogs(app core.App, to io.Writer) {
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
			_ = out.Handle(context.Background(), record) // there is nowhere left to report it
		}
		return e.Next()
	})
}

// printed lists the attributes that a line may show. The others stay in the database: a request's URL may contain a
// file token, and details may contain user input.
var printed = []string{
	"type", "method", "path", "status", "provider", "reason", "id", "key", "state", "event", "device",
	"file", "count", "bytes", "floor", "removed", "try", "next_try", "error", "answer", "stack", "request_id",
}

// refused reports whether an entry is about a request that PocketBase's own API answered with a 4xx status. PocketBase
// logs those as errors, but they are no fault of the server.
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

// withoutQuery removes the query from a message such as "GET /api/files/…?token=…".
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
