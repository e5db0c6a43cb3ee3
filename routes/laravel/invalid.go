package laravel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Invalid is a validation error: fields with their messages, both in the order in which they were found. It marshals to
// the JSON object that goes under "errors"; Message is what goes under "message".
type Invalid struct {
	fields []fieldErrors
	index  map[string]int
	count  int
}

type fieldErrors struct {
	name     string
	messages []string
}

// NewInvalid makes a validation error with one message on one field, for what a handler finds out after Read.
func NewInvalid(field, message string) *Invalid {
	e := &Invalid{}
	e.Add(field, message)
	return e
}

// Add puts a message on a field. A new field comes last; a message the field has already is not said twice (Laravel's
// MessageBag).
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

// Has tells whether a field has a message.
func (e *Invalid) Has(field string) bool {
	_, ok := e.index[field]
	return ok
}

// Message is the first message and how many there are besides (ValidationException::summarize): "The email field is
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

// Error gives Message.
func (e *Invalid) Error() string { return e.Message() }

// MarshalJSON gives an object field → [messages] in the order of the fields.
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
