package routes

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

type byInviteInput struct {
	Invite string `in:"invite" rules:"required|string|size:8"`
}

type checkFreeInput struct {
	Email string `in:"email" rules:"required|email"`
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

type userSearchInput struct {
	Category int    `in:"category_id" rules:"nullable|integer|in:1,2"`
	Text     string `in:"text" rules:"nullable|string"`
	Role     int    `in:"role" rules:"nullable|integer|in:1,2"`
}

type pushTokenInput struct {
	FirebaseToken string `in:"firebase_token" rules:"required|string|max:4096"`
}

var (
	byInviteSchema   = laravel.MustCompile[byInviteInput]()
	checkFreeSchema  = laravel.MustCompile[checkFreeInput]()
	userUpdateSchema = laravel.MustCompile[userUpdateInput]()
	userSearchSchema = laravel.MustCompile[userSearchInput]()
	pushTokenSchema  = laravel.MustCompile[pushTokenInput]()
)

// inviteLifetime is how long an invite token is valid.
const inviteLifetime = 24 * time.Hour

// userByInvite shows the profile that an invite code belongs to, with an invite token for this profile alone.
func (a *api) userByInvite(c *call) error {
	in, err := read(c, byInviteSchema, nil)
	if err != nil {
		return err
	}
	viewer, err := c.optionalBlockViewer()
	if err != nil {
		return err
	}
	row, err := store.ReadUserByInvite(c.req.Context(), c.app, in.Invite, viewer)
	if errors.Is(err, store.ErrNotFound) {
		return resource.UserNotFound
	}
	if err != nil {
		return err
	}
	token, err := store.AddInviteToken(c.app, store.Key(row.ID), time.Now().Add(inviteLifetime))
	if errors.Is(err, store.ErrAccountDisabled) {
		return resource.UserNotFound
	}
	if err != nil {
		return err
	}
	return c.answer(dataToken{c.viewer().User(row, false), token})
}

// userCheckFree reports whether an e-mail address is still free.
func (a *api) userCheckFree(c *call) error {
	in, err := read(c, checkFreeSchema, nil)
	if err != nil {
		return err
	}
	taken, err := store.EmailTaken(c.req.Context(), c.app, in.Email, "")
	if err != nil {
		return err
	}
	return c.answer(struct {
		Free bool `json:"free"`
	}{!taken})
}

// userUpdate changes the given fields of the signed-in user.
func (a *api) userUpdate(c *call) error {
	in, err := readUpload(c, userUpdateSchema, c.freeEmail(c.userID()))
	if err != nil {
		return err
	}
	c.media = storedUpload(in.Media)
	var hashed string
	if in.Password.Value != "" {
		// Hashing is dear, and accounts are free: it counts as a sign-in of the address.
		if err := c.limits.Endpoint(loginPath); err != nil {
			return err
		}
		if hashed, err = store.HashPassword(c.req.Context(), store.Hasher{Network: c.sender(), Account: c.userID(), Proven: true}, in.Password.Value); err != nil {
			return err
		}
	}
	description := store.NewDescription(in.Description.Value)
	return c.changeCurrentUser(http.StatusOK, func(tx core.App, user *store.User) (any, error) {
		store.SetActor(user.Record, c.actor(order.Client))
		in.apply(user, description)
		if hashed != "" {
			user.SetPasswordHash(hashed)
		}
		if in.FirebaseToken.Given {
			if err := c.setFirebaseToken(tx, in.FirebaseToken.Value); err != nil {
				return nil, err
			}
			c.principal.PushToken = in.FirebaseToken.Value
		}
		if err := tx.Save(user); err != nil {
			return nil, err
		}
		if in.Name.Given || in.Nickname.Given {
			if err := store.KeepOwnProfile(context.WithoutCancel(c.req.Context()), tx, user.Id, in.Name.Given, in.Nickname.Value != ""); err != nil {
				return nil, err
			}
		}
		if c.media != nil {
			if err := files.ReplaceProfileMedia(tx, c.media, user.Id); err != nil {
				return nil, err
			}
		}
		row, err := store.ReadUser(context.WithoutCancel(c.req.Context()), tx, c.principal.UserID) // a client that hangs up undoes nothing
		if err != nil {
			return nil, err
		}
		return data{c.viewer().User(row, false)}, nil
	})
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

// userSearch lists users, newest first.
func (a *api) userSearch(c *call) error {
	in, err := read(c, userSearchSchema, nil)
	if err != nil {
		return err
	}
	page, err := store.SearchUsers(c.req.Context(), c.app, store.UserFilter{
		Role:     resource.Roles.Word(in.Role),
		Category: resource.Categories.Word(in.Category),
		Text:     in.Text,
		Viewer:   c.blockViewer(),
		Sender:   c.userID(),
	}, laravel.Page(c.req))
	if err != nil {
		return err
	}
	viewer := c.viewer()
	return c.answer(resource.List(page, func(row *store.UserRow) resource.User {
		return viewer.User(row, false)
	}, c.url(), laravel.QueryWithoutPage(c.req)))
}

// userView shows a user, unless they are banned or erased, or one of the two has blocked the other.
func (a *api) userView(c *call) error {
	row, err := store.ReadActiveUser(c.req.Context(), c.app, c.pathID("user_id"), c.blockViewer())
	if err != nil {
		return err
	}
	return c.answer(data{c.viewer().User(row, false)})
}

// userAddFirebaseToken sets the push token of the signed-in device. It is the only endpoint whose validation error has
// status 422 and a message alone (contract section 1).
func (a *api) userAddFirebaseToken(c *call) error {
	in, err := read(c, pushTokenSchema, nil)
	var invalid *laravel.Invalid
	if errors.As(err, &invalid) {
		return &resource.Error{Status: http.StatusUnprocessableEntity, Body: resource.Message{Message: invalid.Message()}}
	}
	if err != nil {
		return err
	}
	return c.change(http.StatusCreated, func(tx core.App) (any, error) {
		return success{"success"}, c.setFirebaseToken(tx, in.FirebaseToken)
	})
}

// setFirebaseToken sets the push token of the signed-in device. If the device has signed out in the meantime, its
// access token is no longer valid.
func (c *call) setFirebaseToken(app core.App, token string) error {
	err := store.SetPushToken(app, c.deviceID(), token)
	if errors.Is(err, store.ErrNotFound) {
		return errNoToken
	}
	return err
}

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
