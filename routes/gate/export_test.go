package gate

import (
	"maps"
	"net/http"
	"slices"
)

// Listed returns the patterns of the table's routes.
func Listed() []string { return slices.Sorted(maps.Keys(table)) }

// Hashing returns the patterns of the routes that hash passwords.
func Hashing() []string { return slices.Sorted(maps.Keys(hashing)) }

// Stays reports whether a request to a route stays open.
func Stays(pattern string) bool { return table[pattern] == anybody }

// StatusOfStrangers is how a route is closed to who has no token, for another collection than that of superusers.
func StatusOfStrangers(pattern string) int {
	switch table[pattern] {
	case nobody, signingIn, ownerOrFileToken:
		return http.StatusNotFound
	}
	return http.StatusUnauthorized
}
