package desk

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const (
	fieldTarget  = "target"
	fieldUser    = "user"
	fieldOrder   = "order"
	fieldMedia   = "media"
	fieldState   = "state"
	fieldVerdict = "verdict"
	fieldCase    = "case"
	fieldClosed  = "closed"
	fieldKinds   = "kinds"
	fieldRev     = "rev"
	fieldPlace   = "place"
	fieldCreated = "created"
	fieldAppeal  = "appeal"
)

// The states of cases and reports.
const (
	stateOpen   = "open"
	stateClosed = "closed"
)

// The verdicts. All but the first say that something was done.
const (
	VerdictNothing   = "nothing"
	VerdictHidden    = "hidden"
	VerdictCancelled = "cancelled"
	VerdictWarned    = "warned"
	VerdictBanned    = "banned"
	VerdictRemoved   = "removed"
	VerdictLifted    = "lifted" // a ban, after an appeal
)

// Verdicts are all verdicts, in the order in which they are offered.
var Verdicts = []string{VerdictNothing, VerdictHidden, VerdictCancelled, VerdictWarned, VerdictBanned, VerdictRemoved, VerdictLifted}

// Why a case is open.
const (
	KindReport  = "report"
	KindAppeal  = "appeal"
	KindOverdue = "overdue"
	KindLow     = "low"
	KindWord    = "word"
	KindFirst   = "first"
	KindBlocked = "blocked"
)

// Kinds are all kinds, the gravest first.
var Kinds = []string{KindReport, KindBlocked, KindAppeal, KindWord, KindOverdue, KindLow, KindFirst}

// Gravest returns the gravest of some kinds.
func Gravest(kinds []string) string {
	for _, kind := range Kinds {
		if slices.Contains(kinds, kind) {
			return kind
		}
	}
	return ""
}

// Case is a record of cases.
type Case struct{ core.BaseRecordProxy }

// AsCase wraps a record of cases.
func AsCase(record *core.Record) *Case {
	c := &Case{}
	c.SetProxyRecord(record)
	return c
}

// FindCase loads a case by id. The error is query.ErrNotFound when there is none.
func FindCase(app core.App, id string) (*Case, error) {
	record, err := app.FindRecordById(store.Cases, id)
	if err != nil {
		return nil, query.Wrap("find case", query.NotFound(err))
	}
	return AsCase(record), nil
}

// IsOpen reports whether the case waits for its verdict.
func (c *Case) IsOpen() bool { return c.GetString(fieldState) == stateOpen }

// Verdict returns what was decided, "" for nothing yet.
func (c *Case) Verdict() string { return c.GetString(fieldVerdict) }

// SetVerdict decides the case.
func (c *Case) SetVerdict(verdict string) { c.Set(fieldVerdict, verdict) }

// Close closes the case; by is the moderator who decided.
func (c *Case) Close(by string, at time.Time) {
	c.Set(fieldState, stateClosed)
	c.Set(fieldClosed, at)
	c.Set("closed_by", by)
}

// Rev returns the number of reports, signals and changes so far.
func (c *Case) Rev() int { return c.GetInt(fieldRev) }

// SetRev sets the number of reports, signals and changes.
func (c *Case) SetRev(v int) { c.Set(fieldRev, v) }

// Target returns what the case is about: its kind and its number, as in "user 5".
func (c *Case) Target() string { return c.GetString(fieldTarget) }

// User returns the id of the user whom it is about, "" for nobody.
func (c *Case) User() string { return c.GetString(fieldUser) }

// Order returns the id of the order that it is about, or of which the medium is; "" for none.
func (c *Case) Order() string { return c.GetString(fieldOrder) }

// Kinds returns why it is open.
func (c *Case) Kinds() []string { return c.GetStringSlice(fieldKinds) }

// IsAppeal reports whether it is about an appeal against a ban.
func (c *Case) IsAppeal() bool { return slices.Contains(c.Kinds(), KindAppeal) }

// CaseTime is within which a case should be decided.
const CaseTime = 24 * time.Hour

// Opening is why a case is opened, or what joins the open one of its target.
type Opening struct {
	Target             string // as "user 5"
	User, Order, Media string // the ids, "" for none
	Kind               string
	Quote, Word        string // what was said, and the watched word in it; "" for nothing
	By                 string // the moderator by whose act it comes about; "" for none
}

// Join returns the open case of a target, which it opens if there is none, and counts in it what joins. Call it in a transaction.
func Join(tx core.App, o Opening) (*Case, error) {
	record, err := tx.FindFirstRecordByFilter(store.Cases, "target = {:target} && state = 'open'", dbx.Params{"target": o.Target})
	if errors.Is(err, sql.ErrNoRows) {
		return open(tx, map[string]any{fieldTarget: o.Target, fieldUser: o.User, fieldOrder: o.Order, fieldMedia: o.Media, fieldKinds: []string{o.Kind},
			"quote": quoteOf(o.Quote), "word": o.Word}, time.Now(), o.By, o.By != "")
	}
	if err != nil {
		return nil, query.Wrap("find case", err)
	}
	c := AsCase(record)
	c.SetRev(c.Rev() + 1)
	if kinds := c.Kinds(); !slices.Contains(kinds, o.Kind) {
		c.Set(fieldKinds, append(kinds, o.Kind))
	}
	c.Set("quote", cmp.Or(quoteOf(o.Quote), c.GetString("quote")))
	c.Set("word", cmp.Or(o.Word, c.GetString("word")))
	return c, query.Wrap("join case", tx.Save(c))
}

// quoteOf returns the beginning of a text, for a line of the queue.
func quoteOf(text string) string {
	const most = 200
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// keyOwn is the custom value by which the record of a new case carries IsOwn to the hooks.
const keyOwn = "@own"

// IsOwn reports whether a new case is about nothing but what a moderator has done.
func (c *Case) IsOwn() bool { return c.GetBool(keyOwn) }

// open opens a case, which comes about by an act of the moderator by, "" for none, and is about that act if own is set.
func open(tx core.App, fields map[string]any, since time.Time, by string, own bool) (*Case, error) {
	record, err := query.NewRecord(tx, store.Cases)
	if err != nil {
		return nil, query.Wrap("open case", err)
	}
	record.Load(fields)
	record.Set(fieldState, stateOpen)
	record.Set("due", since.Add(CaseTime))
	record.Set(fieldRev, 1)
	store.SetActor(record, store.Actor{Side: order.System, Moderator: by})
	record.SetRaw(keyOwn, own)
	return AsCase(record), query.Wrap("open case", tx.Save(record))
}

// joining is what has joined a case.
type joining struct{ kind, text, word, created string }

var openReports = query.Map("", func(c *query.Columns, j *joining) {
	j.kind = KindReport
	c.Add(`text`, &j.text)
	c.Add(`created`, &j.created)
}).Select(`FROM reports WHERE "case" = :case AND state = 'open' ORDER BY created`)

var laterSignals = query.Map("", func(c *query.Columns, j *joining) {
	c.Add(`kind`, &j.kind)
	c.Add(`text`, &j.text)
	c.Add(`word`, &j.word)
	c.Add(`created`, &j.created)
}).Select(`FROM signals WHERE "case" = :case AND place > :seen ORDER BY created`)

// ReopenRest opens a case of the same target for what joined the closed case c after the revision seen: what came after the
// moderator by had opened its page. It does nothing where there is nothing.
func ReopenRest(ctx context.Context, tx core.App, c *Case, seen int, by string) error {
	rest, err := openReports.Rows(ctx, tx, sql.Named("case", c.Id))
	if err != nil {
		return query.Wrap("reopen case", err)
	}
	signals, err := laterSignals.Rows(ctx, tx, sql.Named("case", c.Id), sql.Named("seen", seen))
	if rest = append(rest, signals...); err != nil || len(rest) == 0 {
		return query.Wrap("reopen case", err)
	}
	slices.SortStableFunc(rest, func(a, b joining) int { return cmp.Compare(a.created, b.created) })
	fields := map[string]any{}
	for _, name := range []string{fieldTarget, fieldUser, fieldOrder, fieldMedia} {
		fields[name] = c.GetString(name)
	}
	var kinds []string
	for _, r := range rest {
		if !slices.Contains(kinds, r.kind) {
			kinds = append(kinds, r.kind)
		}
		if r.kind == KindWord {
			fields["word"] = r.word
		}
		fields["quote"] = quoteOf(r.text)
	}
	fields[fieldKinds] = kinds
	since, _ := types.ParseDateTime(rest[0].created)
	next, err := open(tx, fields, since.Time(), by, false)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`UPDATE reports SET "case" = :next, place = :place WHERE "case" = :case AND state = 'open'`,
		`UPDATE signals SET "case" = :next, place = :place WHERE "case" = :case AND place > :seen`,
		`UPDATE bans SET appeal = :next WHERE appeal = :case AND EXISTS (SELECT 1 FROM signals WHERE "case" = :next AND kind = '` + KindAppeal + `')`,
	} {
		if err := query.Write(ctx, tx, statement, sql.Named("next", next.Id), sql.Named("place", next.Rev()), sql.Named("case", c.Id), sql.Named("seen", seen)); err != nil {
			return query.Wrap("reopen case", err)
		}
	}
	return nil
}
