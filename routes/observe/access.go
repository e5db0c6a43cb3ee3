package observe

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/privet/privet/hooks/logs"
)

const (
	// maxPath is how much of a path the access log has, in bytes, and maxMethod of a method.
	maxPath, maxMethod = 300, 20

	// shownName is how much of a media file's name it has: enough to find the file, and not enough to read it, as
	// whoever knows the name may.
	shownName = 6
)

// logAccess writes a line of the access log. It has no query, where tokens are, no header and no body.
func (o *Observer) logAccess(seen Seen, r *http.Request, request *logs.Request, path string) {
	o.Access.LogAttrs(context.Background(), slog.LevelInfo, "request",
		slog.String(logs.RequestIDKey, request.ID),
		slog.String("method", seen.Method[:min(len(seen.Method), maxMethod)]),
		slog.String("route", seen.Route),
		slog.String("path", shownPath(path)),
		slog.Int("status", seen.Status),
		slog.Int64("bytes", seen.Bytes),
		slog.Float64("duration", float64(seen.Duration.Microseconds())/1e6),
		slog.String("client", o.Client(r)),
		slog.String("user", request.User),
	)
}

// shownPath returns a path as the access log has it.
func shownPath(path string) string {
	if strings.Contains(path, "/storage/") || strings.Contains(path, "/files/") {
		if folder, name := path[:strings.LastIndex(path, "/")+1], path[strings.LastIndex(path, "/")+1:]; len(name) > shownName {
			path = folder + name[:shownName] + "…"
		}
	}
	if len(path) > maxPath {
		path = path[:maxPath] + "…"
	}
	return strings.ToValidUTF8(path, "\uFFFD")
}
