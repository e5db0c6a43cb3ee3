package php

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Limits of RFC 1035 section 2.3.4, in bytes.
const (
	maxDomain = 253
	maxLabel  = 63
)

// domainPart reads what follows the @, which is the current token. An address
// literal may be followed by anything: the original looks no further.
func (l *lexer) domainPart() bool {
	start := l.offset()
	l.advance()
	switch l.current() {
	case '.', '-', markEnd, '@':
		return false
	case ' ':
		if l.next() != markGeneric {
			return false
		}
	}
	if !l.domain() {
		return false
	}
	if l.previous() == '.' || l.previous() == '-' || l.current() == ' ' {
		return false
	}
	return l.offset()-start <= maxDomain
}

// domain reads labels, dots and comments to the end, or an address literal.
func (l *lexer) domain() bool {
	var label strings.Builder
	for {
		if l.current() == '\\' || l.current() == '/' {
			return false
		}
		if (l.current() == '(' || l.current() == ')') && !l.comment('.') {
			return false
		}
		if l.current() == '.' && l.next() == '.' {
			return false
		}
		if l.current() == '[' {
			return l.addressLiteral()
		}
		if l.current() == '.' {
			if longLabel(label.String()) {
				return false
			}
			label.Reset()
		}
		label.WriteString(l.text()) // including the dot, which counts as part of the label behind it
		if !l.foldingWhiteSpace() {
			return false
		}
		switch l.current() {
		case markGeneric, '.', '(', ')':
		case '-':
			if l.next() == '.' {
				return false
			}
		default:
			return false
		}
		l.advance()
		if l.current() == markEnd {
			return !longLabel(label.String())
		}
	}
}

// addressLiteral reads from the opening bracket to the closing one. What they
// enclose need not be an IP address.
func (l *lexer) addressLiteral() bool {
	if !l.follows(']') {
		return false
	}
	for {
		if l.current() == 0 || l.current() == '\\' || l.next() == '[' || l.next() == '\r' {
			return false
		}
		if l.current() == ']' || !l.advance() {
			return true
		}
	}
}

// longLabel reports whether a label is longer than DNS allows, in its ASCII form.
func longLabel(label string) bool {
	if strings.IndexFunc(label, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return len(label) > maxLabel
	}
	// UTS 46 treats these characters as dots, too.
	dot := func(r rune) bool { return strings.ContainsRune(".\u3002\uff0e\uff61", r) }
	for part := range strings.FieldsFuncSeq(strings.ToLower(label), dot) {
		if asciiLength(part) > maxLabel {
			return true
		}
	}
	return false
}

// asciiLength returns the length of a domain label in its ASCII form: as it is
// when it is ASCII, else "xn--" and Punycode (RFC 3492). For a label of more
// characters than any may have it returns math.MaxInt, which bounds the work.
func asciiLength(label string) int {
	if utf8.RuneCountInString(label) > maxLabel {
		return math.MaxInt
	}
	if strings.HasPrefix(label, "xn--") {
		// idna would first decode such a label, egulias doesn't. Which ASCII
		// characters a label has does not change its length, only how many.
		label = "_" + label[1:]
	}
	ascii, _ := idna.Punycode.ToASCII(label) // fails on U+FFFD alone, which the lexer rejects
	return len(ascii)
}
