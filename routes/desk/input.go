package desk

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// bind reads the body of a request.
func bind(e *core.RequestEvent, into any) error {
	if err := e.BindBody(into); err != nil {
		return e.BadRequestError(say(e, "The request is not valid.", "Запрос неверен."), err)
	}
	return nil
}

// maxPage is the last page of a list that can be asked for.
const maxPage = 10_000

// pathID returns the number in the path of a request. What is no number is not there.
func pathID(e *core.RequestEvent) (int64, error) {
	id, ok := idOf(e.Request.PathValue("id"))
	if !ok {
		return 0, e.NotFoundError("", nil)
	}
	return id, nil
}

// recordIDs are the ids of cases and reports, as PocketBase makes them.
var recordIDs = regexp.MustCompile(`^[a-z0-9]{1,20}$`)

// recordID returns the id of a case or a report in the path of a request.
func recordID(e *core.RequestEvent) (string, error) {
	id := e.Request.PathValue("id")
	if !recordIDs.MatchString(id) {
		return "", e.NotFoundError("", nil)
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
