package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// ErrIdentityConflict means that an identity is linked to another account, or that the account is linked to another
// identity of the provider.
var ErrIdentityConflict = errors.New("store: linked otherwise")

// FindUserByIdentity loads the user to whom an identity is linked: an account at a social provider. The error is
// ErrNotFound when there is none.
func FindUserByIdentity(app core.App, provider, id string) (*User, error) {
	link, err := findIdentity(app, provider, id)
	if err != nil {
		return nil, query.Wrap("find identity", err)
	}
	return FindUser(app, link.RecordRef())
}

// findIdentity returns the link of an identity to a user. The error is ErrNotFound when there is none.
func findIdentity(app core.App, provider, id string) (*core.ExternalAuth, error) {
	users, err := app.FindCachedCollectionByNameOrId(Users)
	if err != nil {
		return nil, err
	}
	link, err := app.FindFirstExternalAuthByExpr(dbx.HashExp{"collectionRef": users.Id, "provider": provider, "providerId": id})
	return link, query.NotFound(err)
}

// LinkIdentity lets a user sign in with an identity. It does nothing if they are linked already. The error is
// ErrIdentityConflict when they can't be linked.
func LinkIdentity(tx core.App, u *User, provider, id string) error {
	taken, err := findIdentity(tx, provider, id)
	if err == nil {
		if taken.RecordRef() == u.Id {
			return nil
		}
		return ErrIdentityConflict
	}
	if !errors.Is(err, ErrNotFound) {
		return query.Wrap("find identity", err)
	}
	links, err := tx.FindAllExternalAuthsByRecord(u.Record)
	if err != nil {
		return query.Wrap("find links of user", err)
	}
	if linkTo(links, provider) != nil {
		return ErrIdentityConflict
	}
	link := core.NewExternalAuth(tx)
	link.SetCollectionRef(u.Collection().Id)
	link.SetRecordRef(u.Id)
	link.SetProvider(provider)
	link.SetProviderId(id)
	return query.Wrap("link identity", tx.Save(link))
}

// UnlinkIdentity deletes a user's link to a provider, if there is one. It returns false and deletes nothing if the user
// could not sign in without it.
func UnlinkIdentity(tx core.App, u *User, provider string) (done bool, err error) {
	links, err := tx.FindAllExternalAuthsByRecord(u.Record)
	if err != nil {
		return false, query.Wrap("find links of user", err)
	}
	own := linkTo(links, provider)
	if own == nil {
		return true, nil
	}
	if len(links) == 1 && !u.PasswordSet() {
		return false, nil
	}
	// What the provider knows of them is none of ours any more.
	err = query.Write(context.Background(), tx, `DELETE FROM profile_fetches WHERE user = :user AND provider = :provider`,
		sql.Named("user", u.Id), sql.Named("provider", provider))
	if err != nil {
		return false, query.Wrap("end fetch of a profile", err)
	}
	return true, query.Wrap("unlink identity", tx.Delete(own))
}

// linkTo returns that of a user's links which is to a provider, or nil.
func linkTo(links []*core.ExternalAuth, provider string) *core.ExternalAuth {
	for _, link := range links {
		if link.Provider() == provider {
			return link
		}
	}
	return nil
}

// The stages of a ProfileFetch.
const (
	FetchNames   = "names"
	FetchPicture = "picture"
)

// ProfileFetch is what is still to be asked of a social provider about a user who has signed up by it
// (pb_migrations/1795762300_profile_fetches.go).
type ProfileFetch struct {
	User     string
	Stage    string // FetchNames, then FetchPicture
	Provider string
	Identity string // the provider's id of the person
	App      string // the client id of the app that vouched for them
	Language string // of the names
	Name     bool   // the provider's name may be set
	Nickname string // what stands in for the provider's, "" when the user has chosen one
	Picture  string // its address, in the second stage
	Created  time.Time
	Tries    int // of the stage, that failed
}

// AddProfileFetch queues a fetch, once the transaction that it is called in commits.
func AddProfileFetch(ctx context.Context, tx core.App, f *ProfileFetch) error {
	err := query.Write(ctx, tx, `INSERT INTO profile_fetches (user, stage, provider, identity, app, language, name, nickname, picture, created, next_try)
		VALUES (:user, :stage, :provider, :identity, :app, :language, :name, :nickname, :picture, :now, :now)`,
		sql.Named("user", f.User), sql.Named("stage", f.Stage), sql.Named("provider", f.Provider), sql.Named("identity", f.Identity),
		sql.Named("app", f.App), sql.Named("language", f.Language), sql.Named("name", f.Name), sql.Named("nickname", f.Nickname),
		sql.Named("picture", f.Picture), sql.Named("now", query.Timestamp(time.Now())))
	return query.Wrap("queue the fetch of a profile", err)
}

// DueProfileFetches returns the users whose fetches of a stage are due, the earliest first.
func DueProfileFetches(ctx context.Context, app core.App, stage string, now time.Time, limit int) ([]string, error) {
	var users []string
	err := app.ConcurrentDB().NewQuery(`SELECT user FROM profile_fetches WHERE stage = {:stage} AND next_try <= {:now} ORDER BY next_try LIMIT {:limit}`).
		Bind(dbx.Params{"stage": stage, "now": query.Timestamp(now), "limit": limit}).WithContext(ctx).Column(&users)
	return users, query.Wrap("read due fetches of profiles", err)
}

// NextProfileFetch returns when the next fetch of a stage is due; ok is false when there is none.
func NextProfileFetch(ctx context.Context, app core.App, stage string) (at time.Time, ok bool, err error) {
	at, ok, err = query.ReadEarliestTime(ctx, app, `SELECT min(next_try) FROM profile_fetches WHERE stage = :stage`, sql.Named("stage", stage))
	return at, ok, query.Wrap("read time of next fetch of a profile", err)
}

// ReadProfileFetch reads a user's fetch. The error is ErrNotFound when there is none.
func ReadProfileFetch(ctx context.Context, app core.App, user string) (*ProfileFetch, error) {
	f, err := profileFetches.Row(ctx, app, sql.Named("user", user))
	return f, query.Wrap("read fetch of a profile", err)
}

var profileFetches = query.Map("", func(c *query.Columns, f *ProfileFetch) {
	c.Add(`user`, &f.User)
	c.Add(`stage`, &f.Stage)
	c.Add(`provider`, &f.Provider)
	c.Add(`identity`, &f.Identity)
	c.Add(`app`, &f.App)
	c.Add(`language`, &f.Language)
	c.Add(`name`, &f.Name)
	c.Add(`nickname`, &f.Nickname)
	c.Add(`picture`, &f.Picture)
	c.Add(`created`, query.Date(&f.Created))
	c.Add(`tries`, &f.Tries)
}).Select(`FROM profile_fetches WHERE user = :user`)

// PostponeProfileFetch records that a try failed, and when the next one is due.
func PostponeProfileFetch(ctx context.Context, app core.App, user string, next time.Time) error {
	return query.Wrap("postpone fetch of a profile", query.Write(ctx, app, `UPDATE profile_fetches SET tries = tries + 1, next_try = :next WHERE user = :user`,
		sql.Named("user", user), sql.Named("next", query.Timestamp(next))))
}

// FetchPictureNext begins a fetch's second stage: the names are there, and the picture's address is known.
func FetchPictureNext(ctx context.Context, tx core.App, user, picture string) error {
	return query.Wrap("go on with a profile", query.Write(ctx, tx, `UPDATE profile_fetches SET stage = 'picture', picture = :picture, tries = 0, next_try = :now
		WHERE user = :user`, sql.Named("user", user), sql.Named("picture", picture), sql.Named("now", query.Timestamp(time.Now()))))
}

// EndProfileFetch deletes a user's fetch, if there is one.
func EndProfileFetch(ctx context.Context, tx core.App, user string) error {
	return query.Wrap("end fetch of a profile", query.Write(ctx, tx, `DELETE FROM profile_fetches WHERE user = :user`, sql.Named("user", user)))
}

// KeepOwnProfile records that a user has chosen the name, or the nickname, or to have none: the provider's is no longer
// to replace it.
func KeepOwnProfile(ctx context.Context, tx core.App, user string, name, nickname bool) error {
	return query.Wrap("keep profile", query.Write(ctx, tx, `UPDATE profile_fetches SET name = name AND NOT :name, nickname = iif(:nickname, '', nickname)
		WHERE user = :user`, sql.Named("user", user), sql.Named("name", name), sql.Named("nickname", nickname)))
}
