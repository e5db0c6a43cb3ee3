package resource

import (
	"encoding/binary"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// asciiWriter collects JSON in pure ASCII, as Laravel writes it: other characters are escaped as \uXXXX, and those
// beyond 16 bits as a surrogate pair. This protects clients whose HTTP library decodes an answer without a charset as
// Latin-1.
type asciiWriter struct{ out []byte }

// Write implements io.Writer. Each call must get whole characters, all of valid UTF-8.
func (w *asciiWriter) Write(p []byte) (int, error) {
	out := slices.Grow(w.out, len(p))
	for at := 0; at < len(p); {
		plain := asciiPrefix(p[at:])
		out = append(out, p[at:at+plain]...)
		at += plain
		for at < len(p) && p[at] >= utf8.RuneSelf {
			if c := p[at]; c < 0xe0 && at+1 < len(p) { // two bytes, such as Cyrillic: the same as below in half the time
				d := p[at+1]
				out = append(out, '\\', 'u', '0', digits[c>>2&7], digits[c&3<<2|d>>4&3], digits[d&0xf])
				at += 2
				continue
			}
			r, size := utf8.DecodeRune(p[at:])
			out = appendEscaped(out, r)
			at += size
		}
	}
	w.out = out
	return len(p), nil
}

// asciiPrefix returns the number of bytes before the first that is not ASCII.
func asciiPrefix(p []byte) int {
	const high = 0x8080808080808080 // the highest bit of eight bytes
	n := 0
	for len(p)-n >= 8 && binary.LittleEndian.Uint64(p[n:])&high == 0 {
		n += 8
	}
	for n < len(p) && p[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// digits are hexadecimal, in lower case as PHP writes them.
const digits = "0123456789abcdef"

// appendEscaped appends a character as JSON's \uXXXX.
func appendEscaped(out []byte, r rune) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendEscaped(appendEscaped(out, high), low)
	}
	return append(out, '\\', 'u', digits[r>>12&0xf], digits[r>>8&0xf], digits[r>>4&0xf], digits[r&0xf])
}
