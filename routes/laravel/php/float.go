package php

import (
	"math"
	"strconv"
	"strings"
)

const (
	// castPrecision is PHP's ini setting `precision`: the significant digits of
	// (string) $float.
	castPrecision = 14
	// jsonPrecision is how many digits json_encode prints before the point at most.
	jsonPrecision = 17
	// maxLeadZeros is how many zeros PHP prints behind the point before it changes
	// to the exponent form.
	maxLeadZeros = 3
)

// FormatFloat prints f as json_encode does with serialize_precision -1: the
// shortest digits that read back as f, `.0` never added, exponents as in 6.68e-9
// and 1.0e+25. Whole numbers within the range of an integer are printed without
// an exponent. f must be finite: JSON knows neither infinity nor NaN.
func FormatFloat(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return phpFloat(strconv.FormatFloat(f, 'e', -1, 64), jsonPrecision, 'e')
}

// CastFloat prints f as (string) $f does, which is what the rules `in`,
// `integer`, `min` and `max` look at: 14 significant digits (PHP's default
// precision), then exponents as in 1.0E+25; INF, -INF and NAN.
func CastFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NAN"
	case math.IsInf(f, 1):
		return "INF"
	case math.IsInf(f, -1):
		return "-INF"
	}
	return phpFloat(strconv.FormatFloat(f, 'e', castPrecision-1, 64), castPrecision, 'E')
}

// phpFloat lays out a number given in Go's 'e' form as php_gcvt does: precision
// is the greatest number of digits before the point, e the letter of the exponent.
func phpFloat(number string, precision int, e byte) string {
	mantissa, exponent, _ := strings.Cut(number, "e")
	sign := ""
	if mantissa[0] == '-' {
		sign, mantissa = "-", mantissa[1:]
	}
	power, _ := strconv.Atoi(exponent)
	digits := strings.TrimRight(mantissa[:1]+strings.TrimPrefix(mantissa[1:], "."), "0")
	point := power + 1 // digits before the decimal point
	switch {
	case digits == "":
		return sign + "0"
	case point < -maxLeadZeros || point > precision:
		fraction := digits[1:]
		if fraction == "" {
			fraction = "0"
		}
		expSign := "+"
		if power < 0 {
			expSign, power = "-", -power
		}
		return sign + digits[:1] + "." + fraction + string(e) + expSign + strconv.Itoa(power)
	case point <= 0:
		return sign + "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return sign + digits + strings.Repeat("0", point-len(digits))
	}
	return sign + digits[:point] + "." + digits[point:]
}
