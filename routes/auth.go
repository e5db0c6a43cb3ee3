package routes

import (
	"errors"
	"net/http"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

// device is what the app may say of itself wherever somebody signs in.
type device struct {
	DeviceID      string `in:"device_id" rules:"nullable|string"`
	FirebaseToken string `in:"firebase_token" rules:"nullable|string"`
}

func (d device) signIn(c *call, user string) store.SignIn {
	return store.SignIn{UserID: user, DeviceID: d.DeviceID, FirebaseToken: d.FirebaseToken, Language: c.language()}
}

type signup struct {
	Email        string                 `in:"email" rules:"required|email|unique:users,email"`
	Password     string                 `in:"password" rules:"required|string|min:6"`
	Confirmation string                 `in:"password_confirmation" rules:"nullable|same:password"`
	Phone        string                 `in:"phone" rules:"nullable|string|max:255"`
	Name         string                 `in:"name" rules:"nullable|string|max:255"`
	Nickname     string                 `in:"nickname" rules:"required|string|max:255"`
	Description  string                 `in:"description" rules:"nullable|string"`
	Role         int                    `in:"role" rules:"required|integer|in:1,2"`
	Price        laravel.Field[float64] `in:"price" rules:"nullable|numeric|min:0|max:999999999"`
	Categories   []int                  `in:"category_ids" rules:"nullable|array" each:"integer|in:1,2"`
	Media        *laravel.File          `in:"media" rules:"required|file|max:599999|media"`
	device
}

type login struct {
	Email    string `in:"email" rules:"required|email"`
	Password string `in:"password" rules:"required|string"`
	device
}

var (
	signupInput = laravel.MustCompile[signup]()
	loginInput  = laravel.MustCompile[login]()
)

// signup makes an account and signs its first device in.
func (a *api) signup(c *call) error {
	in, err := readUpload(c, signupInput, c.freeEmail(""))
	if err != nil {
		return err
	}
	user, err := store.NewUser(c.app)
	if err != nil {
		return err
	}
	user.SetCheckedEmail(in.Email)
	user.SetPhone(in.Phone)
	user.SetName(in.Name)
	user.SetNickname(in.Nickname)
	user.SetDescription(in.Description)
	user.SetRole(resource.Roles.Word(in.Role))
	user.SetPrice(price(in.Price))
	user.SetCategories(categories(in.Categories))
	files.AskUpload(user.Record, uploadOf(in.Media))
	hashed, err := store.HashPassword(c.req.Context(), in.Password)
	if err != nil {
		return err
	}
	user.SetPasswordHash(hashed)
	return c.enter(user, in.device, func(tx core.App) error { return tx.Save(user) })
}

// login signs a device in by e-mail and password. Nobody learns from the answer, or from the time it takes, which
// of the two was wrong.
func (a *api) login(c *call) error {
	in, err := read(c, loginInput, nil)
	if err != nil {
		return err
	}
	user, err := store.FindUserByEmail(c.app, in.Email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	forgive, err := c.countAttempt(user, in)
	if err != nil {
		return err
	}
	right, err := store.CheckPassword(c.req.Context(), user, in.Password)
	if err != nil {
		return err
	}
	if !right || user.Banned() {
		return resource.Unauthorized
	}
	forgive()
	return c.enter(user, in.device, func(tx core.App) error {
		// The password may have been changed while this one waited to be compared: it opens nothing any more.
		now, err := store.FindUser(tx, user.Id)
		if err == nil && now.PasswordHash() != user.PasswordHash() {
			err = resource.Unauthorized
		}
		return err
	})
}

// countAttempt throttles sign-ins to one account: those from one address, and more generously those from all
// together, as an attack may come from many. The latter does not hold for a device of the account, so that nobody
// can lock its owner out. Only failures count: forgive takes this attempt back.
func (c *call) countAttempt(user *store.User, in *login) (forgive func(), err error) {
	limit := c.settings.RateLimit
	if limit == 0 {
		return func() {}, nil
	}
	all := "account " + store.TokenHash(store.EmailKey(in.Email)) // an e-mail may be long
	here := all + " " + c.address()
	if err := c.refuseOver(c.throttle.Hit(here, accountLimit(limit))); err != nil {
		return nil, err
	}
	verdict := c.throttle.Hit(all, limit)
	if !verdict.Allowed {
		known, err := store.KnowsDevice(c.app, user, in.DeviceID)
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, c.refuseOver(verdict)
		}
	}
	return func() {
		c.throttle.Return(here)
		if verdict.Allowed { // else it was not counted
			c.throttle.Return(all)
		}
	}, nil
}

// enter saves what there is to save, signs the device in with it, and answers the user with the token.
func (c *call) enter(user *store.User, d device, save func(tx core.App) error) error {
	var token string
	store.SetActor(user.Record, store.Actor{Side: order.Client})
	err := c.app.RunInTransaction(func(tx core.App) (err error) {
		if err := save(tx); err != nil {
			return err
		}
		token, c.principal, err = store.AddDevice(tx, d.signIn(c, user.Id))
		return err
	})
	if err != nil {
		return err
	}
	row, err := store.ReadUser(c.req.Context(), c.app, c.principal.UserID)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, dataToken{c.viewer().User(row, false), token})
}

// freeEmail checks that an address is nobody's but the user's with the id except.
func (c *call) freeEmail(except string) map[string]laravel.Check {
	return map[string]laravel.Check{"unique:users,email": func(email string) (bool, error) {
		taken, err := store.EmailTaken(c.app, email, except)
		return !taken, err
	}}
}

// price is what a price field says: nil for none.
func price(field laravel.Field[float64]) *float64 {
	if !field.Given || field.Null {
		return nil
	}
	return &field.Value
}

// categories are the words of category ids, each once.
func categories(ids []int) []string {
	var words []string
	for number, word := range resource.Categories {
		for _, id := range ids {
			if id == number+1 {
				words = append(words, word)
				break
			}
		}
	}
	return words
}
