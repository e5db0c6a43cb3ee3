package body

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/privet/privet/routes/laravel/php"
)

// maxDepth is how deep arrays and objects may stand in one another: json_decode's default.
const maxDepth = 512

// ParseJSON reads a JSON text into an array as json_decode($body, true) does: objects become arrays, of a key given twice
// the last value stands in the first's place, integers beyond 64 bits become floats and floats beyond theirs infinite.
// Nothing and a text that is no array or object give an empty array (Laravel's Request::json). A text that is no JSON is a
// *Malformed with line and column.
func ParseJSON(body []byte) (*php.Array, error) {
	if len(body) == 0 {
		return &php.Array{}, nil
	}
	p := &jsonText{s: string(body)}
	v, err := p.document()
	if err != nil {
		return nil, err
	}
	if top, ok := v.(*php.Array); ok {
		return top, nil
	}
	return &php.Array{}, nil
}

// jsonText is a JSON text and how far it is read.
type jsonText struct {
	s   string
	pos int
}

// fail makes the error for what stands at pos: what is said there, never what stands there.
func (p *jsonText) fail(what string) error {
	before := p.s[:min(p.pos, len(p.s))]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return &Malformed{Message: fmt.Sprintf("The JSON body is malformed at line %d, column %d: %s.", line, column, what)}
}

func (p *jsonText) document() (any, error) {
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

// peek skips white space and gives the next byte, 0 at the end.
func (p *jsonText) peek() byte {
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

func (p *jsonText) value(depth int) (any, error) {
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

func (p *jsonText) list(depth int) (any, error) {
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

func (p *jsonText) object(depth int) (any, error) {
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

// number reads a number: int64 where it fits, else float64.
func (p *jsonText) number() (any, error) {
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

// skip passes over a word and tells whether it stands here.
func (p *jsonText) skip(word string) bool {
	if !strings.HasPrefix(p.s[p.pos:], word) {
		return false
	}
	p.pos += len(word)
	return true
}

// digits skips digits and tells whether there were any.
func (p *jsonText) digits() bool {
	start := p.pos
	for p.pos < len(p.s) && p.s[p.pos] >= '0' && p.s[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > start
}
