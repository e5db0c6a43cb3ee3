package body

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonEscapes maps the characters that may follow a backslash, besides u, to what they mean.
var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// str parses a string; pos is at its opening quote.
func (p *jsonParser) str() (string, error) {
	p.pos++
	start := p.pos
	var out strings.Builder // stays empty until the first escape sequence
	for p.pos < len(p.s) {
		switch c := p.s[p.pos]; {
		case c == '"':
			rest := p.s[start:p.pos]
			p.pos++
			if out.Len() == 0 {
				return rest, nil
			}
			out.WriteString(rest)
			return out.String(), nil
		case c < 0x20:
			return "", p.fail("a control character in a string must be escaped")
		case c == '\\':
			out.WriteString(p.s[start:p.pos])
			if err := p.escape(&out); err != nil {
				return "", err
			}
			start = p.pos
		default:
			p.pos++
		}
	}
	return "", p.fail("the string has no end")
}

// escape parses an escape sequence; pos is at its backslash. Half a surrogate pair is an error, as in PHP.
func (p *jsonParser) escape(out *strings.Builder) error {
	letter := byte(0)
	if p.pos+1 < len(p.s) {
		letter = p.s[p.pos+1]
	}
	if c, ok := jsonEscapes[letter]; ok {
		out.WriteByte(c)
		p.pos += 2
		return nil
	}
	r, ok := p.unit(p.pos)
	if !ok {
		return p.fail("unknown escape sequence")
	}
	length := 6
	if utf16.IsSurrogate(r) {
		low, _ := p.unit(p.pos + 6)
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return p.fail("half a surrogate pair")
		}
		length = 12
	}
	out.WriteRune(r)
	p.pos += length
	return nil
}

// unit parses the \uXXXX at a position.
func (p *jsonParser) unit(at int) (rune, bool) {
	if at+6 > len(p.s) || p.s[at:at+2] != `\u` {
		return 0, false
	}
	for _, c := range []byte(p.s[at+2 : at+6]) {
		if !isHex(c) {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(p.s[at+2:at+6], 16, 16)
	return rune(n), err == nil
}
