package body

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/privet/privet/routes/laravel/php"
)

// Why not encoding/json/jsontext: its errors name their reason only in a text that may change between releases, and
// in three of the cases of TestJSON at another position, while line, column and reason are part of our answers; and
// it takes 1.7 times the time and twice the allocations (order/create: 3.0 µs and 24 against 1.7 µs and 12).

// maxDepth is the deepest nesting of arrays and objects: json_decode's default.
const maxDepth = 512

// maxValues is the number of values in a body. An array takes a hundred times the memory of its two bytes in a text.
const maxValues = 20_000

// ParseJSON parses a JSON text as json_decode($body, true) does: objects become arrays, in which a repeated key
// keeps its first position and gets the last value; integers beyond 64 bits become floats, and floats beyond their
// range infinite. An empty text, and one whose value is neither array nor object, gives an empty array (Laravel's
// Request::json). An invalid text is a *Malformed with line and column.
func ParseJSON(text []byte) (*php.Array, error) {
	if len(text) == 0 {
		return &php.Array{}, nil
	}
	p := &jsonParser{s: string(text)}
	v, err := p.document()
	if err != nil {
		return nil, err
	}
	if top, ok := v.(*php.Array); ok {
		return top, nil
	}
	return &php.Array{}, nil
}

// jsonParser is a JSON text and the position up to which it is parsed.
type jsonParser struct {
	s      string
	pos    int
	values int // parsed so far
}

// fail returns the error for what is wrong at pos. It says what was expected, and never quotes the text.
func (p *jsonParser) fail(what string) error {
	before := p.s[:min(p.pos, len(p.s))]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return &Malformed{Message: fmt.Sprintf("The JSON body is malformed at line %d, column %d: %s.", line, column, what)}
}

// document parses the whole text.
func (p *jsonParser) document() (any, error) {
	if strings.HasPrefix(p.s, "\ufeff") {
		return nil, p.fail("the text begins with a byte order mark")
	}
	if !utf8.ValidString(p.s) {
		for p.pos < len(p.s) {
			r, size := utf8.DecodeRuneInString(p.s[p.pos:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			p.pos += size
		}
		return nil, p.fail("this is not valid UTF-8")
	}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.peek(); p.pos < len(p.s) {
		return nil, p.fail("nothing may follow the value")
	}
	return v, nil
}

// peek skips white space and returns the next byte, 0 at the end.
func (p *jsonParser) peek() byte {
	for p.pos < len(p.s) {
		switch c := p.s[p.pos]; c {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return c
		}
	}
	return 0
}

// value parses a value inside of depth arrays and objects.
func (p *jsonParser) value(depth int) (any, error) {
	if p.values++; p.values > maxValues {
		return nil, p.fail(fmt.Sprintf("more than %d values", maxValues))
	}
	switch c := p.peek(); {
	case c == '{' || c == '[':
		if depth == maxDepth {
			return nil, p.fail(fmt.Sprintf("more than %d levels", maxDepth))
		}
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.list(depth + 1)
	case c == '"':
		return p.str()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	switch {
	case p.skip("true"):
		return true, nil
	case p.skip("false"):
		return false, nil
	case p.skip("null"):
		return nil, nil
	}
	return nil, p.fail("a value is expected")
}

// list parses an array; pos is at its opening bracket.
func (p *jsonParser) list(depth int) (any, error) {
	p.pos++
	out := &php.Array{}
	if p.peek() == ']' {
		p.pos++
		return out, nil
	}
	for {
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		out.Push(v)
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return out, nil
		default:
			return nil, p.fail("a comma or the list's end is expected")
		}
	}
}

// object parses an object; pos is at its opening brace.
func (p *jsonParser) object(depth int) (any, error) {
	p.pos++
	out := &php.Array{}
	if p.peek() == '}' {
		p.pos++
		return out, nil
	}
	for {
		if p.peek() != '"' {
			return nil, p.fail("a key in double quotes is expected")
		}
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if p.peek() != ':' {
			return nil, p.fail("a colon is expected")
		}
		p.pos++
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		out.Set(key, v)
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return out, nil
		default:
			return nil, p.fail("a comma or the object's end is expected")
		}
	}
}

// number parses a number: an int64 if it is one, else a float64.
func (p *jsonParser) number() (any, error) {
	start := p.pos
	p.skip("-")
	if !p.skip("0") && !p.digits() {
		return nil, p.fail("a digit is expected")
	}
	isFloat := false
	if p.skip(".") {
		isFloat = true
		if !p.digits() {
			return nil, p.fail("a digit is expected")
		}
	}
	if p.skip("e") || p.skip("E") {
		isFloat = true
		_ = p.skip("+") || p.skip("-")
		if !p.digits() {
			return nil, p.fail("a digit is expected")
		}
	}
	text := p.s[start:p.pos]
	if !isFloat {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
	}
	f, _ := strconv.ParseFloat(text, 64) // the grammar is checked; out of range gives infinity, as in PHP
	return f, nil
}

// skip skips a word and reports whether it was there.
func (p *jsonParser) skip(word string) bool {
	if !strings.HasPrefix(p.s[p.pos:], word) {
		return false
	}
	p.pos += len(word)
	return true
}

// digits skips digits and reports whether there were any.
func (p *jsonParser) digits() bool {
	start := p.pos
	for p.pos < len(p.s) && p.s[p.pos] >= '0' && p.s[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > start
}
