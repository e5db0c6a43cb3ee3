package php

// maxEmail is many times the longest address that mail can be sent to, 254 bytes (RFC 5321, section 4.5.3.1).
const maxEmail = 10_000

// Email reports whether s passes Laravel's rule `email` without modes: the
// RFCValidation of egulias/email-validator 4 (RFC 5321 and 5322 with quoted
// local parts, comments, folding white space and address literals). What that
// validator merely warns of (a long local part, a comment, a bad IP address in
// a literal) passes, but for addresses of more than maxEmail bytes: the lexer needs a hundred times the memory of what it
// reads.
func Email(s string) bool {
	if len(s) > maxEmail {
		return false
	}
	l, ok := newLexer(s)
	return ok && l.current() != '@' && l.localPart() && l.domainPart()
}

// localPart reads up to the @ or the end and reports whether what it read is valid.
func (l *lexer) localPart() bool {
	for l.current() != '@' && l.current() != markEnd {
		if l.current() == '.' && l.previous() == markEnd {
			return false
		}
		if l.current() == '"' && !l.quotedString() {
			return false
		}
		if (l.current() == '(' || l.current() == ')') && !l.comment('@') {
			return false
		}
		switch l.current() {
		case '.':
			if l.next() == '.' || l.next() == '@' {
				return false
			}
		case '\\':
			if l.next() == markGeneric {
				return false
			}
		case ',', '[', ']', '<', '>', ':', ';':
			return false
		}
		if !l.foldingWhiteSpace() {
			return false
		}
		l.advance()
	}
	return true
}

// quotedString reads from the opening quote to the closing one or to the end.
func (l *lexer) quotedString() bool {
	if !l.mayQuote() {
		return false
	}
	l.advance()
	for l.current() != '"' && l.current() != markEnd {
		if l.current() == '\\' && l.next() == '"' {
			l.advance()
		}
		l.advance()
		switch l.current() {
		case 0, '\t', '\r', '\n':
			if !l.escaped() {
				return false
			}
		}
	}
	// A closing quote behind a backslash counts only if another quote follows.
	if l.previous() == '\\' {
		return l.mayQuote()
	}
	return l.next() == '@'
}

// mayQuote reports whether a quoted string may begin here: not inside a word, and
// only if another quote follows.
func (l *lexer) mayQuote() bool {
	return !(l.next() == markGeneric && l.previous() == markGeneric) && l.follows('"')
}

// comment reads a comment, of which the opening parenthesis is the current token,
// up to the token before stop: the @ behind a local part, the dot in a domain
// (where only a dot outside of parentheses counts).
func (l *lexer) comment(stop mark) bool {
	if l.current() == ')' || !l.follows(')') {
		return false
	}
	open, more := 1, true
	for more && !(l.next() == stop && (open == 0 || stop == '@')) {
		switch l.next() {
		case '(':
			open++
		case ')':
			open--
		}
		more = l.advance()
	}
	return open == 0 && l.next() == stop
}

// foldingWhiteSpace checks white space at the current token; anything else passes.
func (l *lexer) foldingWhiteSpace() bool {
	if l.escaped() {
		return true
	}
	switch l.current() {
	case markLineBreak:
		if l.next() != ' ' && l.next() != '\t' {
			return false
		}
	case '\r', '\n':
		return false
	case ' ', '\t':
	default:
		return true
	}
	return l.next() != markGeneric || l.previous() == '@'
}

// escaped reports whether a backslash precedes the current token.
func (l *lexer) escaped() bool {
	return l.previous() == '\\' && l.current() != markGeneric
}
