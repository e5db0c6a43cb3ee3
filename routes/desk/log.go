package desk

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// loggedJSON is a row of the audit.
type loggedJSON struct {
	ID         string          `json:"id"`
	At         *string         `json:"at"`
	Actor      string          `json:"actor"`
	Role       string          `json:"role"`
	Act        string          `json:"act"`
	TargetKind string          `json:"target_kind"`
	TargetID   string          `json:"target_id"`
	Reason     string          `json:"reason"`
	Before     json.RawMessage `json:"before"`
	After      json.RawMessage `json:"after"`
}

func logged(found []desk.LoggedAct) []loggedJSON {
	return each(found, func(a *desk.LoggedAct) loggedJSON {
		return loggedJSON{a.ID, moment(a.At), a.Actor, a.Role, a.Act, a.TargetKind, a.TargetID, a.Reason, object(a.Before), object(a.After)}
	})
}

// object returns a JSON object, null for anything else.
func object(text string) json.RawMessage {
	if !strings.HasPrefix(text, "{") || !json.Valid([]byte(text)) {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

// logFilter returns the filter that a request names.
func (a *api) logFilter(e *core.RequestEvent) (f desk.LogFilter, err error) {
	if f.Actor, err = parameter(e, "who", 255); err != nil {
		return f, err
	}
	if f.Act, err = parameter(e, "what", 40); err != nil {
		return f, err
	}
	whom, err := parameter(e, "whom", 125)
	if err != nil {
		return f, err
	}
	if whom != "" {
		var ok bool
		if f.Kind, f.ID, ok = targetOf(whom); !ok {
			return f, badParameter(e, "whom")
		}
	}
	if f.From, err = a.day(e, "from", 0); err != nil {
		return f, err
	}
	f.To, err = a.day(e, "to", 1)
	return f, err
}

// targetOf parses whom an act was about: a kind and its number, as in "order 7" or "user:5", or the number of a person alone.
func targetOf(text string) (kind, id string, ok bool) {
	text = strings.NewReplacer(":", " ", "/", " ", "№", " ", "#", " ").Replace(text)
	switch parts := strings.Fields(text); len(parts) {
	case 1:
		if _, isNumber := idOf(parts[0]); isNumber {
			return desk.TargetUser, parts[0], true
		}
		return "", "", false
	case 2:
		return parts[0], parts[1], true
	}
	return "", "", false
}

// day returns a parameter that is a day of the zone for orders, or a moment. later is how many days after the day it means.
func (a *api) day(e *core.RequestEvent, name string, later int) (time.Time, error) {
	text, err := parameter(e, name, 40)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, a.zone)
	if err != nil {
		return time.Time{}, badParameter(e, name)
	}
	return at.AddDate(0, 0, later), nil
}

// logPage is how many rows a page of the log has.
const logPage = 50

// log answers a page of the audit, the newest first.
func (a *api) log(e *core.RequestEvent) error {
	f, err := a.logFilter(e)
	if err != nil {
		return err
	}
	page, err := pageOf(e)
	if err != nil {
		return err
	}
	found, more, err := desk.ReadLog(e.Request.Context(), e.App, f, page, logPage)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, pageJSON[loggedJSON]{logged(found), page, more})
}

const (
	// exportedAtOnce is how many rows of a download of the log are in memory at a time.
	exportedAtOnce = 500
	// exportPatience is how long whoever downloads the log may take for that many rows.
	exportPatience = time.Minute
)

// logCSV sends the audit to an owner, as a table. The download is a row of it itself.
func (a *api) logCSV(e *core.RequestEvent) error {
	f, err := a.logFilter(e)
	if err != nil {
		return err
	}
	ctx := e.Request.Context()
	export, err := desk.OpenLog(ctx, e.App, f)
	if err != nil {
		return err
	}
	rows, err := export.Next(ctx, e.App, exportedAtOnce)
	if err != nil {
		return err
	}
	err = e.App.RunInTransaction(func(tx core.App) error {
		return audit.Write(ctx, tx, audit.Entry{Actor: e.Auth.Email(), Act: "export", TargetKind: "audit", After: map[string]any{"rows": export.Count}})
	})
	if err != nil {
		return err
	}
	header := e.Response.Header()
	header.Set("Content-Type", "text/csv; charset=utf-8")
	header.Set("Content-Disposition", `attachment; filename="log.csv"`)
	header.Set("X-Content-Type-Options", "nosniff")
	e.Response.WriteHeader(http.StatusOK)
	_, _ = e.Response.Write([]byte("\ufeff")) // by which Excel knows UTF-8
	table := csv.NewWriter(e.Response)
	table.UseCRLF = true
	_ = table.Write([]string{"at", "actor", "role", "act", "target", "id", "reason", "before", "after"})
	control := http.NewResponseController(e.Response)
	for {
		_ = control.SetWriteDeadline(time.Now().Add(exportPatience)) // else the server's for a whole answer holds
		for i := range rows {
			_ = table.Write(logLine(&rows[i]))
		}
		if table.Flush(); table.Error() != nil || len(rows) < exportedAtOnce {
			return nil // the client is gone, or has all of it
		}
		if rows, err = export.Next(ctx, e.App, exportedAtOnce); err != nil {
			if ctx.Err() == nil {
				e.App.Logger().ErrorContext(ctx, "a download of the log was broken off", "error", err)
			}
			panic(http.ErrAbortHandler) // else what was sent would look like all of it
		}
	}
}

// logLine returns a row of the audit as a line of the table.
func logLine(r *desk.LoggedAct) []string {
	at := ""
	if shown := moment(r.At); shown != nil {
		at = *shown
	}
	cells := []string{at, r.Actor, r.Role, r.Act, r.TargetKind, r.TargetID, r.Reason, r.Before, r.After}
	for i, cell := range cells {
		cells[i] = plainCell(cell)
	}
	return cells
}

// plainCell returns a cell that no spreadsheet takes for a formula.
func plainCell(text string) string {
	if text != "" && strings.ContainsAny(text[:1], "=+-@\t\r\n") || strings.HasPrefix(text, "＝") || strings.HasPrefix(text, "＋") || strings.HasPrefix(text, "－") || strings.HasPrefix(text, "＠") {
		return "'" + text
	}
	return text
}
