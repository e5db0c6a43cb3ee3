package routes

import (
	"slices"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"
)

// freeEmail is the check that no user but the one with the id except has an e-mail.
func (c *call) freeEmail(except string) map[string]laravel.Check {
	return map[string]laravel.Check{"unique:users,email": func(email string) (bool, error) {
		taken, err := store.EmailTaken(c.req.Context(), c.app, email, except)
		return !taken, err
	}}
}

// price returns the value of a price field, nil for none.
func price(field laravel.Field[float64]) *float64 {
	if !field.Given || field.Null {
		return nil
	}
	return &field.Value
}

// categories returns the words of category ids, each once and in the order of their ids.
func categories(ids []int) []string {
	var words []string
	for i, word := range resource.Categories {
		if slices.Contains(ids, i+1) {
			words = append(words, word)
		}
	}
	return words
}
