package routes

import (
	"slices"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"
)

type signupInput struct {
	Email        string                 `in:"email" rules:"required|email|unique:users,email|max:255"`
	Password     string                 `in:"password" rules:"required|string|min:6"`
	Confirmation string                 `in:"password_confirmation" rules:"nullable|same:password"`
	Phone        string                 `in:"phone" rules:"nullable|string|max:255"`
	Name         string                 `in:"name" rules:"nullable|string|max:255"`
	Nickname     string                 `in:"nickname" rules:"required|string|max:255"`
	Description  string                 `in:"description" rules:"nullable|string|max_bytes:65535"`
	Role         int                    `in:"role" rules:"required|integer|in:1,2"`
	Price        laravel.Field[float64] `in:"price" rules:"nullable|numeric|min:0|max:999999999"`
	Categories   []int                  `in:"category_ids" rules:"nullable|array" each:"integer|in:1,2"`
	Media        *laravel.File          `in:"media" rules:"required|file|max:599999|media"`
	termsField
	deviceFields
}

type userUpdateInput struct {
	Email         laravel.Field[string]  `in:"email" rules:"nullable|email|unique:users,email|max:255"`
	Password      laravel.Field[string]  `in:"password" rules:"nullable|string|min:6"`
	Confirmation  string                 `in:"password_confirmation" rules:"same:password|min:6"`
	Phone         laravel.Field[string]  `in:"phone" rules:"nullable|string|max:255"`
	Name          laravel.Field[string]  `in:"name" rules:"nullable|string|max:255"`
	Nickname      laravel.Field[string]  `in:"nickname" rules:"nullable|string|max:255"`
	Description   laravel.Field[string]  `in:"description" rules:"nullable|string|max_bytes:65535"`
	Role          laravel.Field[int]     `in:"role" rules:"nullable|integer|in:1,2"`
	Price         laravel.Field[float64] `in:"price" rules:"nullable|numeric|min:0|max:999999999"`
	FirebaseToken laravel.Field[string]  `in:"firebase_token" rules:"nullable|string|max:4096"`
	Categories    laravel.Field[[]int]   `in:"category_ids" rules:"nullable|array" each:"integer|in:1,2"`
	Media         *laravel.File          `in:"media" rules:"nullable|file|max:599999|media"`
}

var (
	signupSchema     = laravel.MustCompile[signupInput]()
	userUpdateSchema = laravel.MustCompile[userUpdateInput]()
)

// fill sets the fields of a new user, but the password, which takes time to hash.
func (in *signupInput) fill(user *store.User) {
	user.SetEmail(in.Email)
	user.SetPhone(in.Phone)
	user.SetName(in.Name)
	user.SetNickname(in.Nickname)
	user.SetDescription(store.NewDescription(in.Description))
	user.SetRole(resource.Roles.Word(in.Role))
	user.SetPrice(price(in.Price))
	user.SetCategories(categories(in.Categories))
	user.SetTerms(in.Terms, time.Now())
}

// apply sets the given fields on the user; description is that of the input. An explicit null clears a field that may be empty, and leaves any other.
func (in *userUpdateInput) apply(user *store.User, description store.Description) {
	for _, clearable := range []struct {
		field laravel.Field[string]
		set   func(string)
	}{{in.Phone, user.SetPhone}, {in.Name, user.SetName}} {
		if clearable.field.Given {
			clearable.set(clearable.field.Value)
		}
	}
	if in.Description.Given {
		user.SetDescription(description)
	}
	if in.Price.Given {
		user.SetPrice(price(in.Price))
	}
	if in.Categories.Given {
		user.SetCategories(categories(in.Categories.Value))
	}
	if in.Email.Value != "" {
		user.SetEmail(in.Email.Value)
	}
	if in.Nickname.Value != "" {
		user.SetNickname(in.Nickname.Value)
	}
	if in.Role.Value != 0 {
		user.SetRole(resource.Roles.Word(in.Role.Value))
	}
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
