package php

import (
	"math"
	"unicode"
)

// Parameters of Punycode (RFC 3492, section 5).
const (
	punyBase = 36
	punyTMin = 1
	punyTMax = 26
	punySkew = 38
	punyDamp = 700
	punyBias = 72
)

// asciiLength returns the length of a domain label in its ASCII form: as it is
// when it is ASCII, else "xn--" and Punycode (RFC 3492, section 6.3). For a label
// of more characters than any may have it returns math.MaxInt, which bounds the
// work.
func asciiLength(label string) int {
	runes := []rune(label)
	basic := 0
	for _, r := range runes {
		if r <= unicode.MaxASCII {
			basic++
		}
	}
	if basic == len(runes) {
		return basic
	}
	if len(runes) > maxLabel {
		return math.MaxInt
	}
	length := len("xn--") + basic
	if basic > 0 {
		length++ // the delimiter
	}
	n, delta, bias := rune(unicode.MaxASCII+1), 0, punyBias
	for handled := basic; handled < len(runes); n++ {
		least := rune(unicode.MaxRune)
		for _, r := range runes {
			if r >= n {
				least = min(least, r)
			}
		}
		delta += int(least-n) * (handled + 1)
		n = least
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r == n {
				length += punyDigits(delta, bias)
				bias = punyAdapt(delta, handled+1, handled == basic)
				delta = 0
				handled++
			}
		}
		delta++
	}
	return length
}

// punyDigits returns how many digits the variable-length integer delta takes.
func punyDigits(delta, bias int) int {
	digits := 1
	for k := punyBase; ; k += punyBase {
		t := min(max(k-bias, punyTMin), punyTMax)
		if delta < t {
			return digits
		}
		delta = (delta - t) / (punyBase - t)
		digits++
	}
}

// punyAdapt returns the bias for the next delta (RFC 3492, section 6.1).
func punyAdapt(delta, handled int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / handled
	k := 0
	for ; delta > (punyBase-punyTMin)*punyTMax/2; k += punyBase {
		delta /= punyBase - punyTMin
	}
	return k + (punyBase-punyTMin+1)*delta/(delta+punySkew)
}
