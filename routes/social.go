package routes

import (
	"errors"
	"net/http"
	"strings"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"
	"github.com/privet/privet/routes/social"

	"github.com/pocketbase/pocketbase/core"
)

type socialToken struct {
	Token string `in:"token" rules:"required|string"`
	Type  int    `in:"social_type" rules:"required|in:1,2"`
}

type socialSignup struct {
	socialToken
	Role  int     `in:"role" rules:"required|integer|in:1,2"`
	Price float64 `in:"price" rules:"required|numeric|min:0|max:999999999"`
	Phone string  `in:"phone" rules:"required|string|max:255"`
	Email string  `in:"email" rules:"required|email"`
	device
}

type socialSignIn struct {
	socialToken
	device
}

type socialDisconnect struct {
	Type int `in:"social_type" rules:"required|in:1,2"`
}

var (
	socialSignupInput     = laravel.MustCompile[socialSignup]()
	socialSignInInput     = laravel.MustCompile[socialSignIn]()
	socialConnectInput    = laravel.MustCompile[socialToken]()
	socialDisconnectInput = laravel.MustCompile[socialDisconnect]()
)

// Answers of the social endpoints.
var (
	userExists    = resource.Failure(http.StatusBadRequest, "User already exists")
	userNotExists = resource.Failure(http.StatusBadRequest, "User not exists")
)

// provider is one of the social types.
type provider struct {
	name     string // as it is kept with the links
	shown    string
	verifier social.Verifier // nil: it is off
}

// newProviders are the providers by their social_type.
func newProviders(s *settings.Settings) map[int]provider {
	google, vk := provider{name: social.ProviderGoogle, shown: "Google"}, provider{name: social.ProviderVK, shown: "VK"}
	if len(s.Google.ClientIDs) > 0 {
		google.verifier = social.NewGoogle(s.Google)
	}
	if len(s.VK.Apps) > 0 {
		vk.verifier = social.NewVK(s.VK)
	}
	return map[int]provider{1: google, 2: vk}
}

// socialSignup makes an account for an identity and signs its first device in.
func (a *api) socialSignup(c *call) error {
	in, err := read(c, socialSignupInput, nil)
	if err != nil {
		return err
	}
	who, err := c.verify(in.socialToken)
	if err != nil {
		return err
	}
	user, err := store.NewUser(c.app)
	if err != nil {
		return err
	}
	user.SetCheckedEmail(in.Email)
	user.SetEmailProven(who.EmailProven && store.EmailKey(who.Email) == store.EmailKey(in.Email))
	user.SetPhone(in.Phone)
	user.SetName(shortened(who.Name))
	user.SetNickname(nickname(who, in.Email))
	user.SetRole(resource.Roles.Word(in.Role))
	user.SetPrice(&in.Price)
	if err := user.SetNoPassword(c.req.Context()); err != nil {
		return err
	}
	err = c.enter(user, in.device, func(tx core.App) error {
		if _, err := store.FindUserByIdentity(tx, who.Provider, who.ID); !errors.Is(err, store.ErrNotFound) {
			return errors.Join(err, store.ErrLinked)
		}
		if err := tx.Save(user); err != nil {
			return err
		}
		return store.Link(tx, user, who.Provider, who.ID)
	})
	if refused, ok := refusal.Of(err); errors.Is(err, store.ErrLinked) || ok && refused.Field == "email" {
		return userExists
	}
	if err == nil {
		c.portraits.fetch(who, user.Id)
	}
	return err
}

// socialSignIn signs in whom the identity is linked to. An equal e-mail alone signs nobody in.
func (a *api) socialSignIn(c *call) error {
	in, err := read(c, socialSignInInput, nil)
	if err != nil {
		return err
	}
	who, err := c.verify(in.socialToken)
	if err != nil {
		return err
	}
	user, err := store.FindUserByIdentity(c.app, who.Provider, who.ID)
	if errors.Is(err, store.ErrNotFound) {
		return userNotExists
	}
	if err != nil {
		return err
	}
	if user.Banned() {
		return resource.Unauthorized
	}
	return c.enter(user, in.device, func(core.App) error { return nil })
}

// socialConnect lets who is signed in sign in by the identity, too.
func (a *api) socialConnect(c *call) error {
	in, err := read(c, socialConnectInput, nil)
	if err != nil {
		return err
	}
	who, err := c.verify(*in)
	if err != nil {
		return err
	}
	err = c.asUser(func(tx core.App, user *store.User) error { return store.Link(tx, user, who.Provider, who.ID) })
	if errors.Is(err, store.ErrLinked) {
		return userExists
	}
	if err != nil {
		return err
	}
	return c.answer(http.StatusCreated, struct{}{})
}

// socialDisconnect removes a link, unless it is the last way to sign in.
func (a *api) socialDisconnect(c *call) error {
	in, err := read(c, socialDisconnectInput, nil)
	if err != nil {
		return err
	}
	err = c.asUser(func(tx core.App, user *store.User) error {
		done, err := store.Disconnect(tx, user, a.providers[in.Type].name)
		if err == nil && !done {
			return laravel.NewInvalid("social_type", "The selected social type is invalid.")
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(http.StatusCreated, struct{}{})
}

// asUser does work for who is signed in, as they stand in the transaction, unless they are shut out by then.
func (c *call) asUser(work func(tx core.App, user *store.User) error) error {
	return c.app.RunInTransaction(func(tx core.App) error {
		user, err := store.FindUser(tx, c.user())
		if err != nil {
			return err
		}
		if user.Banned() {
			return store.ErrShutOut
		}
		return work(tx, user)
	})
}

// verify asks the provider whose a token is. The log says why one was refused; the client learns whose fault it is.
func (c *call) verify(in socialToken) (*social.Identity, error) {
	p := c.providers[in.Type]
	if p.verifier == nil {
		// Not a warning: anybody could fill the log with them, and the start has said that it is off.
		c.app.Logger().Info("a social token was refused", "provider", p.shown, "reason", "the provider is not configured")
		return nil, resource.InvalidToken
	}
	who, err := p.verifier.Verify(c.req.Context(), in.Token)
	switch {
	case c.req.Context().Err() != nil:
		return nil, c.req.Context().Err() // the client is gone: nothing is wrong with the provider
	case errors.Is(err, social.ErrInvalid):
		c.app.Logger().Info("a social token was refused", "provider", p.shown, "reason", err.Error())
		return nil, resource.InvalidToken
	case errors.Is(err, social.ErrUnavailable):
		c.app.Logger().Error("a social token could not be verified", "provider", p.shown, "error", err)
		return nil, resource.Failure(http.StatusServiceUnavailable, p.shown+" is not available, try again later")
	case err != nil:
		return nil, err
	}
	if who.ProfileError != nil {
		c.app.Logger().Warn("a social profile could not be read", "provider", p.shown, "error", who.ProfileError)
	}
	return who, nil
}

// nickname is the provider's, else made of the name or of the e-mail's first part.
func nickname(who *social.Identity, email string) string {
	local, _, _ := strings.Cut(email, "@")
	for _, candidate := range []string{who.Nickname, who.Name, local} {
		if candidate = shortened(candidate); candidate != "" {
			return candidate
		}
	}
	return "user"
}

// shortened makes a provider's text fit a field of 255 characters.
func shortened(text string) string {
	runes := []rune(strings.TrimSpace(strings.ToValidUTF8(text, "")))
	return string(runes[:min(len(runes), 255)])
}
