package php

import (
	_ "embed"
	"strings"
	"sync"
)

// zoneNames lists the time zones a date may name, one a line: first the
// abbreviations timelib knows (those of the tz database and the military
// letters, without J, which means local time), then the identifiers of the tz
// database.
//
//go:embed zones.txt
var zoneNames string

// zones holds zoneNames in lower case, as timelib compares without regard to it.
var zones = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(strings.ToLower(zoneNames)) {
		set[name] = true
	}
	return set
})

// knownZone reports whether what is left of a token names a time zone: an offset
// (of which the scanner has checked the form) or a name.
func knownZone(rest string) bool {
	rest = strings.TrimLeft(rest, " \t(")
	if offset := strings.TrimPrefix(rest, "GMT"); offset != "" && (offset[0] == '+' || offset[0] == '-') {
		return true
	}
	end := strings.IndexFunc(rest, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("/_-+", r))
	})
	if end >= 0 {
		rest = rest[:end]
	}
	return zones()[strings.ToLower(rest)]
}
