// Package logs prints what the app logs on standard error, as lines of text or of JSON, at once and each once.
//
// PocketBase keeps its log in a database: a line is there up to three seconds later, is lost by a kill, and is never
// there where logs are turned off or the disk is full. So its logger is teed (tee.go): warnings and errors are printed
// before they go to that database, whatever becomes of it and whatever the dashboard's settings of logs say.
//
//   - logs.go: the output and its two forms
//   - tee.go: the app's logger
//   - repeat.go: equal lines, of which one a minute is printed
//   - request.go: what the lines of one request have in common
package logs

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// Output is where lines are printed. It is safe for concurrent use.
type Output struct {
	to      io.Writer
	asJSON  bool
	plain   slog.Handler // prints each record as it is
	repeats *repeats
}

// New returns an Output that prints lines of JSON, or else of text (key=value), to a writer.
func New(to io.Writer, asJSON bool) *Output {
	o := &Output{to: to, asJSON: asJSON}
	if asJSON {
		o.plain = slog.NewJSONHandler(to, nil)
	} else {
		o.plain = slog.NewTextHandler(to, nil)
	}
	o.repeats = newRepeats(o.plain)
	return o
}

// Plain returns a logger that prints all that is passed to it, from the level Info: for what no app logs, such as why
// the start failed, and for the access log.
func (o *Output) Plain() *slog.Logger { return slog.New(o.plain) }

// PrintFailure prints why the process ends, each of several causes as a line of its own. A line that begins with a blank,
// such as a command to be pasted into a shell, belongs to the one before.
func (o *Output) PrintFailure(err error) {
	var causes []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimRight(line, "\n"); len(causes) > 0 && strings.HasPrefix(line, " ") {
			causes[len(causes)-1] += "\n" + line
		} else {
			causes = append(causes, line)
		}
	}
	for _, cause := range causes {
		if o.asJSON {
			o.Plain().Error(cause)
		} else {
			fmt.Fprintln(o.to, "privet:", cause)
		}
	}
}

// Close prints how many equal lines were held back.
func (o *Output) Close() { o.repeats.flush() }

// shown lists the attributes that a line may show. The others stay in PocketBase's database: details may contain user
// input, and a URL a token. TestAttributesAreShown keeps the list complete.
var shown = []string{
	"type", "method", "path", "status", "provider", "reason", "id", "key", "state", "event", "device", "devices", "folder", "owner",
	"file", "sender", "count", "bytes", "floor", "removed", "try", "next_try", "error", "answer", "stack", "client", "others", "limit",
	"worker", "shown", RequestIDKey,
}

// print prints a warning or an error of the app.
func (o *Output) print(ctx context.Context, record slog.Record) {
	line := slog.NewRecord(record.Time, record.Level, shortened(withoutQuery(record.Message)), 0)
	request := ""
	record.Attrs(func(a slog.Attr) bool {
		if !slices.Contains(shown, a.Key) {
			return true
		}
		if a.Key == RequestIDKey {
			request = a.Value.String()
			line.AddAttrs(a)
			return true
		}
		line.AddAttrs(slog.Attr{Key: a.Key, Value: printable(a.Value.Resolve())})
		return true
	})
	if id := RequestID(ctx); request == "" && id != "" {
		line.AddAttrs(slog.String(RequestIDKey, id))
	}
	o.repeats.handle(line)
}

// withoutQuery removes the query from a message such as "GET /api/files/…?token=…".
func withoutQuery(message string) string {
	before, _, _ := strings.Cut(message, "?")
	return before
}

// printable returns a value as a line shows it: numbers and times as they are, and all others as text.
func printable(value slog.Value) slog.Value {
	switch value.Kind() {
	case slog.KindAny:
		return slog.StringValue(shortened(textOf(value.Any())))
	case slog.KindString:
		return slog.StringValue(shortened(value.String()))
	}
	return value
}

func textOf(value any) string {
	switch v := value.(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(encoded)
}

// secretName matches the names of media files (package files), of which it keeps the beginning: enough to find the file, and not enough
// to read it, as whoever knows the name may.
var secretName = regexp.MustCompile(`\b([0-9a-f]{6})[0-9a-f]{26}\b`)

// shortened returns a text without the whole names of media files.
func shortened(text string) string { return secretName.ReplaceAllString(text, "$1…") }
