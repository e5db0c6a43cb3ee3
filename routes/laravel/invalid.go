package laravel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Invalid is a validation error: fields with their messages, both in the order in which they were added. It marshals to
// the JSON object under "errors" in an answer; Message returns the text under "message".
type Invalid struct {
	fields []fieldErrors
	index  map[string]int
	count  int
}

type fieldErrors struct {
	name     string
	messages []string
}

// NewInvalid returns a validation error with one message on one field, for what a handler finds wrong after Read.
func NewInvalid(field, message string) *Invalid {
	e := &Invalid{}
	e.Add(field, message)
	return e
}

// NewBroken returns a validation error with Laravel's message of the last of some rules on one field, for a limit that is
// not among the field's own rules: NewBroken("price", "numeric|max:5").
func NewBroken(field, rules string) *Invalid {
	set := parseRules(rules)
	a := attribute{name: field, display: displayName(field), rules: &set}
	return NewInvalid(field, message(&set.rules[len(set.rules)-1], &a))
}

// Add adds a message to a field. A new field comes last; a message that the field already has is not added again
// (Laravel's MessageBag).
func (e *Invalid) Add(field, message string) {
	i, ok := e.index[field]
	if !ok {
		i = len(e.fields)
		e.fields = append(e.fields, fieldErrors{name: field})
		if e.index == nil {
			e.index = map[string]int{}
		}
		e.index[field] = i
	}
	f := &e.fields[i]
	if !slices.Contains(f.messages, message) {
		f.messages = append(f.messages, message)
		e.count++
	}
}

// Has reports whether a field has a message.
func (e *Invalid) Has(field string) bool {
	_, ok := e.index[field]
	return ok
}

// Message returns the first message and the number of the others (ValidationException::summarize): "The email field is
// required. (and 2 more errors)".
func (e *Invalid) Message() string {
	if e.count == 0 {
		return "The given data was invalid."
	}
	first := e.fields[0].messages[0]
	switch more := e.count - 1; more {
	case 0:
		return first
	case 1:
		return first + " (and 1 more error)"
	default:
		return fmt.Sprintf("%s (and %d more errors)", first, more)
	}
}

// Error returns Message.
func (e *Invalid) Error() string { return e.Message() }

// MarshalJSON writes an object of lists of messages, {"field":["message", …], …}, in the order of the fields.
func (e *Invalid) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, f := range e.fields {
		if i > 0 {
			out.WriteByte(',')
		}
		for _, part := range []struct {
			v   any
			end string
		}{{f.name, ":"}, {f.messages, ""}} {
			text, err := json.Marshal(part.v)
			if err != nil {
				return nil, err
			}
			out.Write(text)
			out.WriteString(part.end)
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
