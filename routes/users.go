package routes

import (
	"context"
	"errors"
	"net/http"
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

type userSearchInput struct {
	Category int    `in:"category_id" rules:"nullable|integer|in:1,2"`
	Text     string `in:"text" rules:"nullable|string"`
	Role     int    `in:"role" rules:"nullable|integer|in:1,2"`
}

type deletionInput struct {
	Password string `in:"password" rules:"nullable|string"`
}

type pushTokenInput struct {
	FirebaseToken string `in:"firebase_token" rules:"required|string|max:4096"`
}

var (
	byInviteSchema   = laravel.MustCompile[byInviteInput]()
	checkFreeSchema  = laravel.MustCompile[checkFreeInput]()
	userSearchSchema = laravel.MustCompile[userSearchInput]()
	deletionSchema   = laravel.MustCompile[deletionInput]()
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

// errWrongPassword is the error of somebody who is signed in, and does not know the account's password.
var errWrongPassword = laravel.NewInvalid("password", "The password is incorrect.")

// userDelete deletes the signed-in user's account: it is the erasure that moderators have.
func (a *api) userDelete(c *call) error {
	in, err := read(c, deletionSchema, nil)
	if err != nil {
		return err
	}
	if err := c.limits.Endpoint(loginPath); err != nil {
		return err
	}
	proven, err := store.FindUser(c.app, c.userID())
	if err != nil {
		return err
	}
	if err := c.provePassword(proven, in.Password); err != nil {
		return err
	}
	return c.changeCurrentUser(http.StatusOK, func(tx core.App, user *store.User) (any, error) {
		if user.PasswordHash() != proven.PasswordHash() {
			return nil, errWrongPassword // it was changed while this request waited for its turn to compare
		}
		return success{"success"}, user.DeleteOwn(context.WithoutCancel(c.req.Context()), tx, c.deviceID())
	})
}

// provePassword returns an error unless the password is the signed-in user's, or the user has set none. Only failures count
// as attempts to sign in.
func (c *call) provePassword(user *store.User, password string) error {
	if !user.PasswordSet() {
		return nil
	}
	if password == "" {
		return laravel.NewBroken("password", "required")
	}
	from := store.Hasher{Network: c.sender(), Account: store.TokenHash(store.EmailKey(user.Email())), Proven: true}
	refund, err := c.limits.Attempt(from.Account, func() (string, error) { return "signed in " + c.deviceID(), nil })
	if err != nil {
		return err
	}
	matches, err := store.CheckPassword(c.req.Context(), from, user, password)
	if err != nil || matches {
		refund()
	}
	if err == nil && !matches {
		err = errWrongPassword
	}
	return err
}
