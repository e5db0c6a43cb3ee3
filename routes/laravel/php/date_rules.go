package php

import "strings"

// unset is a part of a date that was not given.
const unset = -1 << 62

// stamp is what has been read of a date so far.
type stamp struct {
	year, month, day int64
	dated            bool // a date was given
	times, zones     int  // how many times of day and zones were given
	failed           bool
}

// newDate counts a date; a second one is an error.
func (s *stamp) newDate() {
	s.failed = s.failed || s.dated
	s.dated = true
}

func (s *stamp) set(year, month, day int64) {
	s.year, s.month, s.day = year, month, day
}

// newTime counts a time of day; a second one is an error.
func newTime(s *stamp, _ *reader) {
	s.failed = s.failed || s.times > 0
	s.times = 1
}

// setTime sets the time of day, whether there was one or not.
func setTime(s *stamp, _ *reader) { s.times = 1 }

// midnight resets the time of day, so that another one may follow.
func midnight(s *stamp, _ *reader) { s.times = 0 }

func nothing(*stamp, *reader) {}

// newZone counts a zone and reports whether to read it: a second one is ignored,
// a third is an error.
func (s *stamp) newZone() bool {
	s.zones++
	s.failed = s.failed || s.zones > 2
	return s.zones == 1
}

// epoch starts a timestamp, which replaces what was read before, and reports
// whether to read it.
func (s *stamp) epoch() bool {
	s.dated, s.times = false, 0
	s.set(0, 0, 0)
	return s.newZone()
}

func timestamp(s *stamp, r *reader) {
	if s.epoch() {
		_, ok := r.signed(24)
		s.failed = s.failed || !ok
		s.set(1970, 1, 1)
	}
}

func timestampFraction(s *stamp, r *reader) {
	timestamp(s, r)
	if s.zones == 1 {
		_, ok := r.signed(6)
		s.failed = s.failed || !ok
	}
}

// timeOrYear reads four digits: a time of day or, if there is one already, a year.
func timeOrYear(s *stamp, r *reader) {
	if s.times == 1 {
		s.year, _ = r.number(4)
	}
	s.failed = s.failed || s.times > 1
	s.times++
}

func year(s *stamp, r *reader) { s.year, _ = r.number(4) }

func american(s *stamp, r *reader) {
	s.newDate()
	s.month, s.day = r.two(), r.two()
	if r.peek() == '/' {
		s.year = r.year()
	}
}

// signedDate reads a year of at most width digits with an optional sign, month
// and day.
func signedDate(width int) func(*stamp, *reader) {
	return func(s *stamp, r *reader) {
		s.newDate()
		year, ok := r.signed(width)
		s.failed = s.failed || !ok
		s.set(year, r.two(), r.two())
	}
}

func yearMonthDay(s *stamp, r *reader) {
	s.newDate()
	s.set(r.year(), r.two(), r.two())
}

func yearMonth(s *stamp, r *reader) {
	s.newDate()
	s.set(r.year(), r.two(), 1)
}

func dayMonthYear(s *stamp, r *reader) {
	s.newDate()
	s.day, s.month, s.year = r.two(), r.two(), r.year()
}

func dayNameYear(s *stamp, r *reader) {
	dayName(s, r)
	s.year = r.year()
}

func dayName(s *stamp, r *reader) {
	s.newDate()
	s.day = r.two()
	r.daySuffix()
	s.month = r.month()
}

func nameYear(s *stamp, r *reader) {
	s.newDate()
	s.month, s.year, s.day = r.month(), r.year(), 1
}

func yearName(s *stamp, r *reader) {
	s.newDate()
	s.set(r.year(), r.month(), 1)
}

// nameDayYear reads month, day and year; without a year the year is unset, also
// when one was given before.
func nameDayYear(s *stamp, r *reader) {
	s.newDate()
	s.month, s.day, s.year = r.month(), r.two(), r.year()
}

func yearNameDay(s *stamp, r *reader) {
	s.newDate()
	s.set(r.year(), r.month(), r.two())
}

func dateAndTime(s *stamp, r *reader) {
	newTime(s, r)
	yearMonthDay(s, r)
}

// yearDay reads a day of the year, which PHP leaves unconverted: day 32 and above
// is no valid day of the month.
func yearDay(s *stamp, r *reader) {
	s.newDate()
	s.year, s.month = r.year(), 1
	s.day, _ = r.number(3)
}

// isoWeek reads a week: the first of January and a movement from there.
func isoWeek(s *stamp, r *reader) {
	s.newDate()
	s.set(r.year(), 1, 1)
}

func logFormat(s *stamp, r *reader) {
	newTime(s, r)
	s.newDate()
	s.day, s.month, s.year = r.two(), r.month(), r.year()
}

// relativeText reads a movement such as "next monday". One to a day of the week
// resets the time of day.
func relativeText(s *stamp, r *reader) {
	words := strings.FieldsFunc(r.text, func(c rune) bool {
		return c == ' ' || c == '\t' || c == '\u00a0' || c == '\u202f'
	})
	if dayNames[strings.ToLower(words[len(words)-1])] {
		midnight(s, r)
	}
}

func monthOnly(s *stamp, r *reader) {
	s.newDate()
	s.month = r.month()
}

func zone(s *stamp, r *reader) {
	if s.newZone() {
		s.failed = s.failed || !knownZone(r.text)
	}
}

// dateWithTime12 reads month and day, followed by a time with am or pm; the year
// does not change.
func dateWithTime12(s *stamp, r *reader) {
	s.newDate()
	newTime(s, r)
	s.month, s.day = r.month(), r.two()
}

// dateWithTime24 reads month and day, followed by a time and perhaps a zone. Only
// a colon introduces seconds: behind a dot they are taken for a zone.
func dateWithTime24(s *stamp, r *reader) {
	dateWithTime12(s, r)
	r.two()
	r.two()
	if r.peek() == ':' {
		r.two()
	}
	if r.peek() != 0 {
		s.failed = s.failed || !knownZone(r.text[r.pos:])
	}
}
