package desk

import (
	"encoding/json/v2"
	"errors"
	"fmt"
	"io"
	"mime"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store/desk"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// bind reads the body of a request: a JSON object that has no other fields than into. No body is an empty one.
func bind(e *core.RequestEvent, into any) error {
	body, err := io.ReadAll(e.Request.Body) // of which the gate has limited the length
	if err != nil {
		return e.BadRequestError(say(e, "The body could not be read.", "Не удалось прочитать тело запроса."), nil)
	}
	if len(body) == 0 {
		return nil
	}
	if kind, _, _ := mime.ParseMediaType(e.Request.Header.Get("Content-Type")); kind != "application/json" {
		return e.BadRequestError(say(e, "The body must be JSON, and Content-Type must say so.", "Тело запроса должно быть в формате JSON, с таким же Content-Type."), nil)
	}
	return badBody(e, json.Unmarshal(body, into, json.RejectUnknownMembers(true)))
}

// badBody is the answer to a request with a body that can't be decoded, nil where there was no error.
func badBody(e *core.RequestEvent, err error) error {
	if err == nil {
		return nil
	}
	field, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return e.BadRequestError(say(e, "The body is not valid JSON: ", "Тело запроса – неверный JSON: ")+shorten(strings.TrimPrefix(err.Error(), "jsontext: ")), nil)
	}
	for name := range field.JSONPointer.Tokens() {
		name = shorten(name)
		if errors.Is(field.Err, json.ErrUnknownName) {
			return e.BadRequestError(fmt.Sprintf(say(e, "There is no field %q here.", "Поля %q здесь нет."), name), validation.Errors{name: refusal.Invalid("It is not known.")})
		}
		return e.BadRequestError(fmt.Sprintf(say(e, "The field %q is not valid.", "Поле %q неверно."), name), validation.Errors{name: refusal.Invalid("It has another type.")})
	}
	return e.BadRequestError(say(e, "The body must be a JSON object.", "Тело запроса должно быть объектом JSON."), nil)
}

// shorten returns the beginning of a text, for an error that repeats what was sent.
func shorten(text string) string {
	const most = 100
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// timeIn returns the time that a field of a body has, zero for "". The texts are for one that can't be read.
func timeIn(e *core.RequestEvent, name, text, english, russian string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, e.BadRequestError(say(e, english, russian), validation.Errors{name: refusal.Invalid("Must be a time as 2030-01-31T12:00:00Z.")})
	}
	return at, nil
}

// endOfBan returns the end of a ban, zero for ever.
func endOfBan(e *core.RequestEvent, text string) (time.Time, error) {
	return timeIn(e, "until", text, "The end of the ban is not valid.", "Конец блокировки неверен.")
}

// revOf returns the revision that the page shows, which an act on what may have changed needs.
func revOf(e *core.RequestEvent, name string, rev *int) (int, error) {
	if rev == nil || *rev < 0 {
		return 0, e.BadRequestError(say(e, "The revision is missing.", "Нет номера версии."), validation.Errors{name: validation.ErrRequired})
	}
	return *rev, nil
}

// maxPage is the last page of a list that can be asked for.
const maxPage = 10_000

// pathID returns the number in the path of a request. What is no number is not there.
func pathID(e *core.RequestEvent) (int64, error) {
	id, ok := idOf(e.Request.PathValue("id"))
	if !ok {
		return 0, notFound(e)
	}
	return id, nil
}

// recordIDs are the ids of cases and reports, as PocketBase makes them.
var recordIDs = regexp.MustCompile(`^[a-z0-9]{1,20}$`)

// recordID returns the id of a case or a report in the path of a request.
func recordID(e *core.RequestEvent) (string, error) {
	id := e.Request.PathValue("id")
	if !recordIDs.MatchString(id) {
		return "", notFound(e)
	}
	return id, nil
}

// idOf parses the number of a person, an order or a medium.
func idOf(text string) (id int64, ok bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0 && strconv.FormatInt(id, 10) == text
}

// pageOf returns the parameter page of a request, from 1.
func pageOf(e *core.RequestEvent) (int64, error) {
	text, err := parameter(e, "page", 10)
	if err != nil || text == "" {
		return 1, err
	}
	page, ok := idOf(text)
	if !ok || page > maxPage {
		return 0, badParameter(e, "page")
	}
	return page, nil
}

// parameter returns a parameter of the query without the white space around it, "" if there is none. It refuses one of more than
// max characters, or with what no text has.
func parameter(e *core.RequestEvent, name string, max int) (string, error) {
	text := e.Request.URL.Query().Get(name)
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > max {
		return "", badParameter(e, name)
	}
	return strings.TrimSpace(text), nil
}

// choice returns a parameter of the query that is one of some words; the first one if there is none.
func choice(e *core.RequestEvent, name string, words ...string) (string, error) {
	text, err := parameter(e, name, 50)
	if err != nil || text == "" {
		return words[0], err
	}
	for _, word := range words {
		if text == word {
			return word, nil
		}
	}
	return "", badParameter(e, name)
}

// filterOf returns the filter of the queue in a request's query.
func filterOf(e *core.RequestEvent) (f desk.QueueFilter, err error) {
	if f.Kind, err = choice(e, "kind", append([]string{""}, desk.Kinds...)...); err != nil {
		return f, err
	}
	if f.Whose, err = choice(e, "whose", "", "free", "mine"); err != nil {
		return f, err
	}
	state, err := choice(e, "state", "open", "closed")
	if err != nil {
		return f, err
	}
	f.Closed = state == "closed"
	f.Page, err = pageOf(e)
	return f, err
}

// badParameter is the answer to a request with a parameter that makes no sense.
func badParameter(e *core.RequestEvent, name string) error {
	return e.BadRequestError(fmt.Sprintf(say(e, "The parameter %s is not valid.", "Параметр %s неверен."), name), nil)
}
