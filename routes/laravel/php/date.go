package php

import (
	"strings"
	"time"
)

// maxYear is the greatest year checkdate() accepts.
const maxYear = 32767

// Date reports whether s passes Laravel's rule `date`: strtotime() reads it
// without an error, and the year, month and day that date_parse() finds in it
// (nothing relative is applied) are a date of the Gregorian calendar. A time of
// day, a weekday or a relative movement alone is not a date; a timestamp (@1) is.
func Date(s string) bool {
	s = strings.Trim(s, " \t\n\v\f\r")
	if s == "" {
		return false
	}
	sc := scan{scanner: dateScanner(), input: s}
	sc.seen = make([]int, len(sc.states))
	st := stamp{year: unset, month: unset, day: unset}
	for pos := 0; pos < len(s); {
		rule, end := sc.token(pos)
		if rule < 0 {
			return false
		}
		text, _, _ := strings.Cut(s[pos:min(end, len(s))], "\x00")
		dateRules[rule].act(&st, &reader{text: text})
		if st.failed {
			return false
		}
		pos = end
	}
	return st.year >= 1 && st.year <= maxYear && validDay(st.year, st.month, st.day)
}

// validDay reports whether a month and a day exist in a year.
func validDay(year, month, day int64) bool {
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	return time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, time.UTC).Day() == int(day)
}

// DateFormat reports whether s passes `date_format:Y-m-d H:i:s`: read in that
// format and written in it again, it is the same string. Unlike Date it accepts
// the year 0000.
func DateFormat(s string) bool {
	t, err := time.Parse(time.DateTime, s)
	return err == nil && t.Format(time.DateTime) == s
}
