package php

import (
	"math"
	"strings"
	"testing"
)

// TestDateGrammar reads one date of each kind that PHP's manual lists (chapter
// "Supported Date and Time Formats"), and what comes close to it.
func TestDateGrammar(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "now": false, "noon": false, "last monday": false, "+1 week 2 days": false,
		"5/12/06": true, "5/17": false, "13/2/2023": false, "2008/6/30": true, "2008/06/30/": true,
		"08-06-30": true, "2008-6": true, "-0002-07-26": false, "1978-04-17": true, "78-12-22": true,
		"+12345-01-01": true, "+99999-01-01": false, "0000-01-01": false,
		"30-6-2008": true, "22.12.1978": true, "30.6.08": true, "2.10.23": false, "22\t12.78": true,
		"30-June 2008": true, "22DEC78": true, "14 III 1879": true, "June 2008": true, "DEC1978": true,
		"March 1879": true, "1978 may": true, "July 1st, 2008": true, "April 17, 1790": true, "May.9,78": true,
		"July 1st,": false, "1 July": false, "May-09-78": true, "78-Dec-22": true, "1814-MAY-17": true, "X2023": true,
		"20080701": true, "2008-06-31": false, "2008.197": false, "2008-001": true, "2008W27": true, "2008-W28-3": true,
		"20080701T22:38:07": true, "20080701t223807": true, "2008-07-01T22:35:17.02": true, "2008-7-1T9:3:37": true,
		"2008:08:07 18:11:31": true, "10/Oct/2000:13:55:36 -0700": true, "May 5 10:20 2023": true, "May 5 10:20": false,
		"May 5 10:20:30 UTC 2023": true, "May 5 10.20.30 2023": false,
		"@1215282385": true, "@-1.5": true, "@1.": false, "@99999999999999999999": false,
		"first day of January 2023": true, "last sat of July 2008": true, "back of 7pm 2023-01-01": true,
		"2023-01-01 10:00 11:00": false, "2023-01-01 10:00 next monday 11:00": true, "2023-01-01 10:00 1 monday 11:00": false,
		"2023-01-01 2023-01-02": false, "2023-10-02 1200 2024": true, "2024 2023-02-29": false,
		"2023-01-01 +1 week 2 days 4 hours ago": true, "2023-01-01 5 \u00b5s": true, "2023-10-02\u00a012:00": true,
		"2023-10-02 12:00 a.m.": true, "2023-10-02 13:00 am": false, "2023-10-02 T12": true,
		"2023-10-02 Europe/Moscow": true, "2023-10-02 MSK": true, "2023-10-02 (utc)": true, "2023-10-02 GMT+3": true,
		"2023-10-02 Foo/Bar": false, "2023-10-02 FOO": false, "2023-10-02 J": false,
		"2023-10-02 UTC UTC": true, "2023-10-02 UTC UTC UTC": false,
		"  2023-10-02\f": true, "2023-10-02\r10:00": false, "2023-10-02\x0010:00": true, "2023-10-02 \xff": false,
	} {
		t.Run(s, func(t *testing.T) {
			if got := Date(s); got != want {
				t.Errorf("Date(%q) = %v", s, got)
			}
		})
	}
}

// TestLabelLength measures international domain labels in their ASCII form.
func TestLabelLength(t *testing.T) {
	for label, ascii := range map[string]string{
		"example": "example", "bücher": "xn--bcher-kva", "münchen": "xn--mnchen-3ya", "пример": "xn--e1afmkfd",
		"испытание": "xn--80akhbyknj4f", "例え": "xn--r8jz45g", "почемужеонинеговорятпорусски": "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l",
	} {
		if got := asciiLength(label); got != len(ascii) {
			t.Errorf("%s: %d, want %d (%s)", label, got, len(ascii), ascii)
		}
	}
	// A label that looks encoded is encoded again, not decoded.
	for label, want := range map[string]int{"xn--": 4, "xn--kva-": 8, "xn--я": 12, "xn--bücher-kva": 21} {
		if got := asciiLength(label); got != want {
			t.Errorf("%s: %d, want %d", label, got, want)
		}
	}
	// The dot before a label counts to its 63 bytes, but the first has none.
	for email, want := range map[string]bool{
		"a@" + strings.Repeat("b", 63):                                 true,
		"a@" + strings.Repeat("b", 64):                                 false,
		"a@b." + strings.Repeat("c", 62):                               true,
		"a@b." + strings.Repeat("c", 63):                               false,
		"a@" + strings.Repeat("я", 60) + ".com":                        false,
		"a@" + strings.Repeat("я", 30) + "." + "com":                   true,
		"a@" + strings.Repeat(strings.Repeat("b", 49)+".", 5):          false,
		"a@" + strings.Repeat(strings.Repeat("b", 49)+".", 5) + "com":  true,
		"a@" + strings.Repeat(strings.Repeat("b", 49)+".", 5) + "comm": false,
	} {
		if got := Email(email); got != want {
			t.Errorf("Email(%q) = %v", email, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for s, want := range map[string]bool{
		"9223372036854775807": true, "9223372036854775808": false, "-9223372036854775808": true, "-9223372036854775809": false,
		"\v 7\r": true, "7\f": false, "7\x00": false, "+": false, "--1": false, "007": false, "-07": false, "1_0": false,
	} {
		if got := Integer(s); got != want {
			t.Errorf("Integer(%q) = %v", s, got)
		}
	}
	for s, want := range map[string]bool{
		"1\f": true, "1\x00": false, "1e+": false, "1e5 ": true, "1e5.0": false, "-.5E-3": true, "0x1A": false, "1e999999999999": true,
	} {
		if got := Numeric(s); got != want {
			t.Errorf("Numeric(%q) = %v", s, got)
		}
	}
	for s, want := range map[string]bool{
		"1": true, "1.0000000000000000000001": true, "0.1e1": true, "1e9999": false, "one": false, "": false,
	} {
		if got := EqualsInt(s, 1); got != want {
			t.Errorf("EqualsInt(%q, 1) = %v", s, got)
		}
	}
	for _, c := range []struct {
		s     string
		bound int64
		want  int
		err   error
	}{
		{"9223372036854775807", math.MaxInt64, 0, nil},
		{"9223372036854775807.1", math.MaxInt64, 1, nil},
		{"-9223372036854775808", math.MinInt64, 0, nil},
		{"-9223372036854775808.000", math.MinInt64, 0, nil},
		{"-9223372036854775808.001", math.MinInt64, -1, nil},
		{"9999999999999999999", math.MaxInt64, 1, nil},
		{"-1e1000", -5, -1, nil},
		{"0e1000", 0, 0, nil},
		{"-0", 0, 0, nil},
		{"1e-1000", 0, 1, nil},
		{"100e-2", 1, 0, nil},
		{"5.00000000000000000000000001", 5, 1, nil},
		{"1e1001", 0, 0, ErrRange},
		{"0e-1001", 0, 0, ErrRange},
		{"1/2", 0, 0, ErrNumber},
		{"\f1", 0, 0, ErrNumber},
		{".", 0, 0, ErrNumber},
	} {
		if got, err := Compare(c.s, c.bound); got != c.want || err != c.err {
			t.Errorf("Compare(%q, %d) = %d, %v", c.s, c.bound, got, err)
		}
	}
}

func TestFloats(t *testing.T) {
	for _, c := range []struct {
		f          float64
		json, cast string
	}{
		{4, "4", "4"},
		{math.Copysign(0, -1), "-0", "-0"},
		{math.Nextafter(0.3, 1), "0.30000000000000004", "0.3"},
		{999999999.000001, "999999999.000001", "999999999"},
		{1e14, "100000000000000", "1.0E+14"},
		{1.5e20, "1.5e+20", "1.5E+20"},
		{1e25, "1.0e+25", "1.0E+25"},
		{0.0001, "0.0001", "0.0001"},
		{0.00001, "1.0e-5", "1.0E-5"},
		{-123456.789, "-123456.789", "-123456.789"},
	} {
		if got := FormatFloat(c.f); got != c.json {
			t.Errorf("FormatFloat(%v) = %s, want %s", c.f, got, c.json)
		}
		if got := CastFloat(c.f); got != c.cast {
			t.Errorf("CastFloat(%v) = %s, want %s", c.f, got, c.cast)
		}
	}
	for want, f := range map[string]float64{"INF": math.Inf(1), "-INF": math.Inf(-1), "NAN": math.NaN()} {
		if got := CastFloat(f); got != want {
			t.Errorf("CastFloat(%v) = %s", f, got)
		}
	}
}

func TestText(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "тест": 4, "\u65e5\u672c": 2, "\U0001f600": 1, "e\u0301": 2, // a combining mark counts
		"\xffab": 3, "\xd1": 1, "\xe2ab": 1, "\xf0abcd": 2, "\xc1\x80": 2,
	} {
		if got := Length(s); got != want {
			t.Errorf("Length(%q) = %d, want %d", s, got, want)
		}
	}
	for s, want := range map[string]string{
		" \u00a0a b\ufeff\n": "a b", "\x00a": "\x00a", "\x00 \xff\u00a0 ": "\xff\u00a0", "\u3000": "",
	} {
		if got := Trim(s); got != want {
			t.Errorf("Trim(%q) = %q, want %q", s, got, want)
		}
	}
}
