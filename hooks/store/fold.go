package store

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold brings a text to one case in any script, which SQLite can't.
func fold(s string) string { return cases.Fold().String(norm.NFC.String(s)) }

// EmailKey is what makes two e-mail addresses the same: their letters without regard to case.
func EmailKey(email string) string { return fold(email) }

// SearchKey is a text as user/search compares it: without regard to case, ё as е.
func SearchKey(s string) string { return strings.ReplaceAll(fold(s), "ё", "е") }
