package routes

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/laravel/php"
	"github.com/privet/privet/routes/resource"
	"github.com/privet/privet/routes/social"

	"github.com/pocketbase/pocketbase/core"
)

type socialToken struct {
	Token string `in:"token" rules:"required|string"`
	Type  int    `in:"social_type" rules:"required|in:1,2"`
}

type socialSignupInput struct {
	socialToken
	Role  int     `in:"role" rules:"required|integer|in:1,2"`
	Price float64 `in:"price" rules:"required|numeric|min:0|max:999999999"`
	Phone string  `in:"phone" rules:"required|string|max:255"`
	Email string  `in:"email" rules:"required|email|max:255"`
	Name  string  `in:"name" rules:"exclude|string|max:255"` // the other providers tell it themselves
	termsField
	deviceFields
}

type socialSignInInput struct {
	socialToken
	deviceFields
}

type socialDisconnectInput struct {
	Type int `in:"social_type" rules:"required|in:1,2"`
}

// socialSchemas are the inputs of the social endpoints.
type socialSchemas struct {
	signup     *laravel.Schema[socialSignupInput]
	signIn     *laravel.Schema[socialSignInInput]
	connect    *laravel.Schema[socialToken]
	disconnect *laravel.Schema[socialDisconnectInput]
}

// originalSocial are the original service's, appleSocial those where Apple is configured (contract, section 3). Apple's
// reviewers refuse apps that ask for what Sign in with Apple gives, or that insist on a phone.
var (
	originalSocial = socialSchemas{
		laravel.MustCompile[socialSignupInput](), laravel.MustCompile[socialSignInInput](),
		laravel.MustCompile[socialToken](), laravel.MustCompile[socialDisconnectInput](),
	}
	appleSocial = socialSchemas{
		originalSocial.signup.With(map[string]string{
			"social_type": anySocialType,
			"phone":       "required_unless:social_type,3|nullable|string|max:255",
			"email":       "required_unless:social_type,3|nullable|email|max:255",
			"name":        "exclude_unless:social_type,3|nullable|string|max:255",
		}),
		originalSocial.signIn.With(map[string]string{"social_type": anySocialType}),
		originalSocial.connect.With(map[string]string{"social_type": anySocialType}),
		originalSocial.disconnect.With(map[string]string{"social_type": anySocialType}),
	}
)

const anySocialType = "required|in:1,2,3"

// socialInputs returns the inputs that this server takes.
func (a *api) socialInputs() *socialSchemas {
	if _, apple := a.providers[social.TypeApple]; apple {
		return &appleSocial
	}
	return &originalSocial
}

// Errors of the social endpoints.
var (
	errUserExists    = resource.Failure(http.StatusBadRequest, "User already exists")
	errUserNotExists = resource.Failure(http.StatusBadRequest, "User not exists")
)

// socialSignup creates an account for an identity and signs in its first device.
func (a *api) socialSignup(c *call) error {
	in, err := read(c, c.socialInputs().signup, nil)
	if err != nil {
		return err
	}
	identity, err := c.verify(in.socialToken)
	if err != nil {
		return err
	}
	if in.Email == "" {
		// Apple's: the token of a person who shares no address has none, nor has that of an app which asks for none.
		if in.Email = identity.Email; len(in.Email) > 255 || !php.Email(in.Email) {
			return laravel.NewBroken("email", "required")
		}
	}
	if _, err := store.FindUserByIdentity(c.app, identity.Provider, identity.ID); !errors.Is(err, store.ErrNotFound) {
		return cmp.Or(err, error(errUserExists))
	}
	fetch := c.profileOf(identity, in.Type)
	name, nickname := identity.Names()
	name = cmp.Or(name, in.Name) // Apple's
	if nickname == "" {
		nickname = standIn(identity, in)
		fetch.Nickname = nickname
	}
	user, err := store.NewUser(c.app)
	if err != nil {
		return err
	}
	user.SetEmail(in.Email)
	user.SetEmailProven(identity.EmailProven && store.EmailKey(identity.Email) == store.EmailKey(in.Email))
	user.SetPhone(in.Phone)
	user.SetName(name)
	user.SetNickname(nickname)
	user.SetRole(resource.Roles.Word(in.Role))
	user.SetPrice(&in.Price)
	user.SetTerms(in.Terms, time.Now())
	user.DisablePassword()
	err = c.signIn(user, in.deviceFields, func(tx core.App) error {
		if err := tx.Save(user); err != nil {
			return err
		}
		if err := store.LinkIdentity(tx, user, identity.Provider, identity.ID); err != nil || fetch.Stage == "" {
			return err
		}
		fetch.User = user.Id
		return store.AddProfileFetch(context.WithoutCancel(c.req.Context()), tx, fetch)
	})
	if refused, ok := refusal.Of(err); errors.Is(err, store.ErrIdentityConflict) || ok && refused.Field == "email" {
		return errUserExists
	}
	if err == nil {
		c.profiles.Wake()
	}
	return err
}

// socialSignIn signs in the user that the identity is linked to. An equal e-mail address alone is no link.
func (a *api) socialSignIn(c *call) error {
	in, err := read(c, c.socialInputs().signIn, nil)
	if err != nil {
		return err
	}
	identity, err := c.verify(in.socialToken)
	if err != nil {
		return err
	}
	user, err := store.FindUserByIdentity(c.app, identity.Provider, identity.ID)
	if errors.Is(err, store.ErrNotFound) {
		return errUserNotExists
	}
	if err != nil {
		return err
	}
	if user.Banned() {
		return resource.Unauthorized
	}
	return c.signIn(user, in.deviceFields, func(core.App) error { return nil })
}

// socialConnect links an identity to the signed-in user.
func (a *api) socialConnect(c *call) error {
	in, err := read(c, c.socialInputs().connect, nil)
	if err != nil {
		return err
	}
	identity, err := c.verify(*in)
	if err != nil {
		return err
	}
	return c.changeCurrentUser(http.StatusCreated, func(tx core.App, user *store.User) (any, error) {
		err := store.LinkIdentity(tx, user, identity.Provider, identity.ID)
		if errors.Is(err, store.ErrIdentityConflict) {
			return nil, errUserExists
		}
		return struct{}{}, err
	})
}

// socialDisconnect removes the link to a provider, unless it is the only way to sign in that the user has.
func (a *api) socialDisconnect(c *call) error {
	in, err := read(c, c.socialInputs().disconnect, nil)
	if err != nil {
		return err
	}
	return c.changeCurrentUser(http.StatusCreated, func(tx core.App, user *store.User) (any, error) {
		done, err := store.UnlinkIdentity(tx, user, a.providers[in.Type].Name)
		if err == nil && !done {
			err = laravel.NewInvalid("social_type", "The selected social type is invalid.")
		}
		return struct{}{}, err
	})
}

// verify has the provider verify a token. The log says why a token was refused; the answer tells a bad token from an
// unavailable provider.
func (c *call) verify(in socialToken) (*social.Identity, error) {
	p := c.providers[in.Type]
	if p.Verifier == nil {
		// Not a warning: everybody could fill the log with them, and the start has said that the provider is off.
		c.app.Logger().InfoContext(c.req.Context(), "a social token was refused", "provider", p.Title, "reason", "the provider is not configured")
		return nil, resource.InvalidToken
	}
	release, err := p.Calls.Acquire(c.req.Context(), c.sender())
	if err != nil {
		return nil, err
	}
	defer release()
	identity, err := p.Verifier.Verify(c.req.Context(), in.Token)
	switch {
	case c.req.Context().Err() != nil:
		return nil, c.req.Context().Err() // the client has hung up: that says nothing of the provider
	case errors.Is(err, social.ErrInvalid):
		c.app.Logger().InfoContext(c.req.Context(), "a social token was refused", "provider", p.Title, "reason", err.Error())
		return nil, resource.InvalidToken
	case errors.Is(err, social.ErrUnavailable):
		level := slog.LevelError
		if errors.Is(err, social.ErrKnownFault) {
			level = slog.LevelInfo // everybody could fill the log with it
		}
		c.app.Logger().Log(c.req.Context(), level, "a social token could not be verified", "provider", p.Title, "error", err)
		return nil, resource.Failure(http.StatusServiceUnavailable, p.Title+" is not available, try again later")
	case err != nil:
		return nil, err
	}
	return identity, nil
}

// profileTimeout is how long a sign-up waits for the names, which its answer shows. What takes longer is fetched later.
const profileTimeout = 2 * time.Second

// profileOf completes an identity with what its provider tells at once, and returns what is to be fetched after the
// sign-up, with an empty stage for nothing.
func (c *call) profileOf(identity *social.Identity, socialType int) *store.ProfileFetch {
	fetch := &store.ProfileFetch{Provider: identity.Provider, Identity: identity.ID, App: identity.App, Language: access.Language(c.req.Header)}
	if profiler, ok := c.providers[socialType].Verifier.(social.Profiler); ok {
		ctx, cancel := context.WithTimeout(c.req.Context(), profileTimeout)
		defer cancel()
		if err := profiler.Profile(ctx, identity, fetch.Language); err != nil {
			c.app.Logger().InfoContext(c.req.Context(), "a social profile is not there yet, and will be fetched later", "provider", identity.Provider, "error", err)
			fetch.Stage, fetch.Name = store.FetchNames, true
			return fetch
		}
	}
	if fetch.Picture = identity.PictureURL; fetch.Picture != "" {
		fetch.Stage = store.FetchPicture
	}
	return fetch
}

// standIn returns the nickname of who gets none from the provider: the name, else the local part of the e-mail address,
// unless that would tell everybody an address that was made to be told nobody.
func standIn(identity *social.Identity, in *socialSignupInput) string {
	local, _, _ := strings.Cut(in.Email, "@")
	if identity.EmailPrivate {
		local = ""
	}
	return cmp.Or(in.Name, local, "user")
}
