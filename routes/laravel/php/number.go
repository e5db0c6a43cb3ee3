package php

import (
	"errors"
	"strconv"
	"strings"
)

// Errors of Compare. Laravel answers both with a 500; the caller should turn them
// into a validation error (contract section 1).
var (
	// ErrRange: the exponent of a number lies outside -1000..1000.
	ErrRange = errors.New("exponent out of range")
	// ErrNumber: the string is not a decimal number.
	ErrNumber = errors.New("not a number")
)

// maxExponent is the greatest exponent, of either sign, that Laravel lets through
// to its exact arithmetic (ValidatesAttributes::ensureExponentWithinAllowedRange).
const maxExponent = 1000

const (
	numericSpace = " \t\n\r\v\f" // white space around a numeric string
	filterSpace  = " \t\n\r\v"   // white space filter_var removes
)

// decimal is a number as written: sign, digits before and behind the point, and
// the exponent's text ("" when there is none).
type decimal struct {
	negative           bool
	integral, fraction string
	exponent           string
}

// parseDecimal reads [sign] digits [. digits] [e [sign] digits], with digits on at
// least one side of the point and nothing around it.
func parseDecimal(s string) (d decimal, ok bool) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.negative, s = s[0] == '-', s[1:]
	}
	d.integral, s = leadingDigits(s)
	if s != "" && s[0] == '.' {
		d.fraction, s = leadingDigits(s[1:])
	}
	if d.integral == "" && d.fraction == "" {
		return d, false
	}
	if s == "" {
		return d, true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return d, false
	}
	d.exponent = s[1:]
	digits := strings.TrimPrefix(d.exponent, "-")
	if digits == d.exponent {
		digits = strings.TrimPrefix(digits, "+")
	}
	_, rest := leadingDigits(digits)
	return d, digits != "" && rest == ""
}

// leadingDigits splits s behind its leading ASCII digits.
func leadingDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}

// Numeric reports whether PHP's is_numeric holds for the string s: a decimal
// number, white space around it allowed, hexadecimal and INF not.
func Numeric(s string) bool {
	_, ok := parseDecimal(strings.Trim(s, numericSpace))
	return ok
}

// Integer reports whether filter_var(s, FILTER_VALIDATE_INT) accepts s: an int64
// without leading zeros, an optional sign, white space around it.
func Integer(s string) bool {
	s = strings.Trim(s, filterSpace)
	digits := s
	if s != "" && (s[0] == '-' || s[0] == '+') {
		digits = s[1:]
	}
	if digits == "" || digits[0] < '0' || digits[0] > '9' || digits[0] == '0' && len(digits) > 1 {
		return false
	}
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

// EqualsInt reports whether s == "n" in PHP, by which the rule `in` compares: two
// numeric strings are compared as numbers, as integers where s is one and as
// floats otherwise, so that "01" and "1.0" equal 1.
func EqualsInt(s string, n int64) bool {
	s = strings.Trim(s, numericSpace)
	if _, ok := parseDecimal(s); !ok {
		return false
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return i == n
	}
	f, _ := strconv.ParseFloat(s, 64) // an overflow gives infinity, as in PHP
	return f == float64(n)
}

// Compare compares the numeric string s with bound exactly, as Laravel does with
// Brick\Math\BigNumber: -1 when it is less, 0 when equal, 1 when greater. White
// space around s, as trim() removes it, does not count. The error is ErrNumber or
// ErrRange.
func Compare(s string, bound int64) (int, error) {
	d, ok := parseDecimal(strings.Trim(s, phpBlank))
	if !ok {
		return 0, ErrNumber
	}
	exponent := 0
	if d.exponent != "" {
		e, err := strconv.Atoi(d.exponent)
		if err != nil || e > maxExponent || e < -maxExponent {
			return 0, ErrRange
		}
		exponent = e
	}
	sign, whole, fractional, huge := d.magnitude(exponent)
	switch boundSign := signOf(bound); {
	case sign != boundSign:
		if sign < boundSign {
			return -1, nil
		}
		return 1, nil
	case huge:
		return sign, nil
	}
	return sign * compareMagnitude(whole, fractional, magnitude(bound)), nil
}

// magnitude returns the sign of d times 10^exponent and its absolute value: the
// whole part, and whether the part behind the point is not zero; huge means that
// the whole part has more than 19 digits and so exceeds every int64.
func (d decimal) magnitude(exponent int) (sign int, whole uint64, fractional, huge bool) {
	digits := d.integral + d.fraction
	significant := strings.TrimLeft(digits, "0")
	if significant == "" {
		return 0, 0, false, false
	}
	sign = 1
	if d.negative {
		sign = -1
	}
	point := len(d.integral) + exponent - (len(digits) - len(significant))
	if point > 19 {
		return sign, 0, false, true
	}
	for i := 0; i < point; i++ {
		whole *= 10
		if i < len(significant) {
			whole += uint64(significant[i] - '0')
		}
	}
	rest := significant[min(max(point, 0), len(significant)):]
	return sign, whole, strings.Trim(rest, "0") != "", false
}

// compareMagnitude compares whole, and a bit more when fractional, with bound.
func compareMagnitude(whole uint64, fractional bool, bound uint64) int {
	switch {
	case whole < bound:
		return -1
	case whole > bound || fractional:
		return 1
	}
	return 0
}

func signOf(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// magnitude returns |n|, which for the least int64 only an uint64 can hold.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
