package php

import (
	"unicode"
	"unicode/utf8"
)

// mark is the kind of a token of an e-mail address: the character itself for
// those the grammar gives a meaning, otherwise one of the following.
type mark rune

const (
	markEnd       mark = -1 - iota // behind the last token
	markGeneric                    // letters, digits, anything else allowed
	markOther                      // a character allowed in a local part only
	markLineBreak                  // CR LF
	markForbidden                  // a symbol or control character
)

// token is one lexical element of an address: its mark and its end in the input.
// It begins where the token before it ends.
type token struct {
	mark mark
	end  int
}

// lexer holds the tokens of an address and the position of the current one, as
// the lexer of egulias/email-validator 4 does.
type lexer struct {
	input  string
	tokens []token
	at     int // index of the current token
	// last holds the index of the last token of each kind that is searched for.
	last map[mark]int
}

// newLexer splits s into tokens: runs of letters (with one 4 or 6 behind them,
// for IPv6), runs of digits, CR LF and a double colon as one, else single
// characters. It fails if s is not valid UTF-8 or has a character that no address
// may have.
func newLexer(s string) (*lexer, bool) {
	if !utf8.ValidString(s) {
		return nil, false
	}
	l := &lexer{input: s, last: map[mark]int{}}
	for start := 0; start < len(s); {
		end, m := nextToken(s, start)
		if m == markForbidden {
			return nil, false
		}
		switch m {
		case '"', ')', ']':
			l.last[m] = len(l.tokens)
		}
		l.tokens = append(l.tokens, token{m, end})
		start = end
	}
	return l, true
}

// nextToken returns the end and the mark of the token that begins at start.
func nextToken(s string, start int) (end int, m mark) {
	if end = runEnd(s, start, isLetter); end > start {
		if end < len(s) && (s[end] == '4' || s[end] == '6') {
			end++
		}
		if s[start:end] == "IPv6" {
			return end, markOther
		}
		return end, markGeneric
	}
	if end = runEnd(s, start, func(r rune) bool { return r >= '0' && r <= '9' }); end > start {
		return end, markGeneric
	}
	if len(s) > start+1 {
		switch s[start : start+2] {
		case "\r\n":
			return start + 2, markLineBreak
		case "::":
			return start + 2, markOther
		}
	}
	r, size := utf8.DecodeRuneInString(s[start:])
	return start + size, markOf(r)
}

// runEnd returns the end of the run of characters at start for which is holds.
func runEnd(s string, start int, is func(rune) bool) int {
	for start < len(s) {
		r, size := utf8.DecodeRuneInString(s[start:])
		if !is(r) {
			break
		}
		start += size
	}
	return start
}

// isLetter is [a-zA-Z] as a caseless Unicode expression understands it, which
// takes the long s and the Kelvin sign for an s and a k.
func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == 'ſ' || r == '\u212a'
}

// markOf returns the mark of a single character that is no letter or digit.
func markOf(r rune) mark {
	switch r {
	case 0, '\t', '\n', '\r', ' ', '"', '(', ')', ',', '-', '.', '/', ':', ';', '<', '>', '@', '[', '\\', ']':
		return mark(r)
	case '!', '#', '$', '%', '&', '\'', '*', '+', '=', '?', '^', '_', '`', '{', '|', '}', '~', '¡', '¿':
		return markOther
	}
	// What is left must be neither a symbol nor a control, format, private or
	// unassigned character.
	if unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.Z) {
		return markGeneric
	}
	return markForbidden
}

func (l *lexer) markAt(i int) mark {
	if i < 0 || i >= len(l.tokens) {
		return markEnd
	}
	return l.tokens[i].mark
}

func (l *lexer) current() mark  { return l.markAt(l.at) }
func (l *lexer) previous() mark { return l.markAt(l.at - 1) }
func (l *lexer) next() mark     { return l.markAt(l.at + 1) }

// advance moves on by one token and reports whether another one follows then.
func (l *lexer) advance() bool {
	l.at = min(l.at+1, len(l.tokens))
	return l.at+1 < len(l.tokens)
}

// follows reports whether a token of kind m comes anywhere behind the current one.
func (l *lexer) follows(m mark) bool {
	last, ok := l.last[m]
	return ok && last > l.at
}

// text returns the bytes of the current token, "" at the end.
func (l *lexer) text() string {
	if l.at >= len(l.tokens) {
		return ""
	}
	start := 0
	if l.at > 0 {
		start = l.tokens[l.at-1].end
	}
	return l.input[start:l.tokens[l.at].end]
}

// offset returns the end of the current token.
func (l *lexer) offset() int {
	if l.at >= len(l.tokens) {
		return len(l.input)
	}
	return l.tokens[l.at].end
}
