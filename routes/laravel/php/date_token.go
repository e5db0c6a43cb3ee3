package php

import "strconv"

// reader reads the text of one token from left to right, as timelib's functions
// do: what they do not look for they skip, and a NUL ends the text.
type reader struct {
	text string
	pos  int
}

func (r *reader) peek() byte {
	if r.pos < len(r.text) {
		return r.text[r.pos]
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number reads the next number of at most width digits and returns how many it
// has; the value is unset when there is none.
func (r *reader) number(width int) (value int64, digits int) {
	for !isDigit(r.peek()) {
		if r.peek() == 0 {
			return unset, 0
		}
		r.pos++
	}
	for value = 0; digits < width && isDigit(r.peek()); digits++ {
		value = value*10 + int64(r.peek()-'0')
		r.pos++
	}
	return value, digits
}

// signed reads the next number of at most width digits with the sign before it;
// it fails when there is none or it is no int64.
func (r *reader) signed(width int) (value int64, ok bool) {
	for c := r.peek(); c != 0 && !isDigit(c) && c != '+' && c != '-'; c = r.peek() {
		r.pos++
	}
	negative := r.peek() == '-'
	for c := r.peek(); c != 0 && !isDigit(c); c = r.peek() {
		r.pos++
	}
	start := r.pos
	for r.pos-start < width && isDigit(r.peek()) {
		r.pos++
	}
	text := r.text[start:r.pos]
	if negative {
		text = "-" + text
	}
	value, err := strconv.ParseInt(text, 10, 64)
	return value, err == nil
}

// year reads a year of at most four digits; less than four digits and below 100
// it means 1970 to 2069.
func (r *reader) year() int64 {
	y, digits := r.number(4)
	switch {
	case digits == 0 || digits >= 4 || y >= 100:
		return y
	case y < 70:
		return y + 2000
	}
	return y + 1900
}

// two reads a number of at most two digits.
func (r *reader) two() int64 {
	n, _ := r.number(2)
	return n
}

// daySuffix skips st, nd, rd or th.
func (r *reader) daySuffix() {
	if rest := r.text[r.pos:]; len(rest) >= 2 {
		switch rest[:2] {
		case "st", "nd", "rd", "th":
			r.pos += 2
		}
	}
}

// month reads the name of a month: English, its abbreviation, or Roman.
func (r *reader) month() int64 {
	for c := r.peek(); c == ' ' || c == '\t' || c == '-' || c == '.' || c == '/'; c = r.peek() {
		r.pos++
	}
	return monthNames[r.word()]
}

// word reads ASCII letters, in lower case.
func (r *reader) word() string {
	var word []byte
	for c := r.peek() | 0x20; c >= 'a' && c <= 'z'; c = r.peek() | 0x20 {
		word = append(word, c)
		r.pos++
	}
	return string(word)
}

var monthNames = map[string]int64{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
	"jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6,
	"vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12,
	"january": 1, "february": 2, "march": 3, "april": 4, "june": 6,
	"july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
}

var dayNames = map[string]bool{
	"sun": true, "mon": true, "tue": true, "wed": true, "thu": true, "fri": true, "sat": true,
	"sunday": true, "monday": true, "tuesday": true, "wednesday": true, "thursday": true, "friday": true, "saturday": true,
	"sundays": true, "mondays": true, "tuesdays": true, "wednesdays": true, "thursdays": true, "fridays": true, "saturdays": true,
	"weekday": true, "weekdays": true,
}
