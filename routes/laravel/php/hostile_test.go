package php

import (
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
)

const megabyte = 1 << 20

// TestHostileInput runs the checks on a megabyte of what invites quadratic work.
func TestHostileInput(t *testing.T) {
	repeat := func(s string) string { return strings.Repeat(s, megabyte/len(s)) }
	inputs := map[string]string{
		"digits": repeat("9"), "zeros": repeat("0"), "fraction": "0." + repeat("3"), "exponent": "1e" + repeat("9"),
		"spaces": "1" + repeat(" ") + "x", "signs": repeat("+"), "dashes": "1" + repeat("-"), "dots": repeat("."),
		"now": repeat("now "), "years": repeat("1999 ."), "days": "2023-01-01 " + repeat("1 day "), "months": "may 1 " + repeat("s"),
		"lines": "x" + repeat("\n"), "stamp": "@" + repeat("9"),
		"letters": repeat("a") + "@b.c", "quotes": repeat("\"\\\"") + "@b.c", "quoted": repeat("\"\\\" \\") + "@b.c",
		"open": repeat("(") + "@b.c", "comments": "a@" + repeat("(a).") + "c", "labels": "a@" + repeat("b."),
		"label": "a@" + repeat("я"), "mixed": "a@" + repeat("(я)я.") + "c", "literal": "a@[" + repeat(":") + "]",
	}
	for name, s := range inputs {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, _, _, _, _ = Email(s), Date(s), DateFormat(s), Numeric(s), Integer(s)
			_, _, _, _ = EqualsInt(s, 1), Length(s), Blank(s), Trim(s)
			if _, err := Compare(s, 5); err == nil && !Numeric(s) {
				t.Errorf("%s: compared, but is no number", name)
			}
			if spent := time.Since(began); spent > 30*time.Second {
				t.Errorf("%s: took %v", name, spent)
			}
		})
	}
}

// bounded fails when check takes long for s many times over.
func bounded(t *testing.T, s string, check func(string)) {
	t.Helper()
	const size = 1 << 16
	long := strings.Repeat(s, size/(len(s)+1)+1)
	began := time.Now()
	check(long)
	if spent := time.Since(began); spent > time.Second {
		t.Errorf("%d bytes of %q took %v", len(long), s, spent)
	}
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"a@b.c", `"a\"b"@c.io`, "(c)user@(d)example.com", "user@[IPv6:2001:db8::1]", "a\r\n @b.com", "тест@пример.рф"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		local, domain, found := strings.Cut(s, "@")
		if Email(s) && (!found || local == "" || domain == "") {
			t.Errorf("%q passes without a local part or a domain", s)
		}
		bounded(t, s, func(s string) { Email(s) })
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2023-10-02 12:36:51", "@1.5", "July 1st, 2008", "10/Oct/2000:13:55:36 -0700", "last sat of July 2008", "2008-W28-3", "May 5 10:20:30 UTC 2023"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		date, format := Date(s), DateFormat(s)
		if format && !date && !strings.HasPrefix(s, "0000") {
			t.Errorf("%q has the format but is no date", s)
		}
		bounded(t, s, func(s string) { Date(s) })
	})
}

func FuzzCompare(f *testing.F) {
	for _, s := range []string{"0", "-0.0", "1e1000", "-1e-1000", "9223372036854775808", "5.", ".5e1", "1e999999999"} {
		f.Add(s, int64(5))
	}
	f.Fuzz(func(t *testing.T, s string, bound int64) {
		bounded(t, s, func(s string) { Compare(s, bound) })
		got, err := Compare(s, bound)
		if err != nil || strings.ContainsAny(s, " \t\n\r\v\x00") {
			return
		}
		if _, exponent, found := strings.Cut(strings.ToLower(s), "e"); found {
			if e, _ := strconv.Atoi(exponent); e > maxExponent || e < -maxExponent {
				t.Fatalf("%q compared in spite of its exponent", s)
			}
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q compared, but is no number", s)
		}
		if want := exact.Cmp(new(big.Rat).SetInt64(bound)); got != want {
			t.Errorf("Compare(%q, %d) = %d, want %d", s, bound, got, want)
		}
	})
}
