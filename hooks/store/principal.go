package store

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Principal is the user, and the device, that an access token authenticates.
type Principal struct {
	UserID    int64
	DeviceID  int64  // 0 for an invite token
	PushToken string // of the device
	Invite    bool   // the token can read UserID's profile and nothing else
	Blocks    bool   // the user has blocked somebody, or somebody the user
}

// FindPrincipal looks up an access token "id|secret". id is 0 for a token without a bar, which Sanctum accepts, too.
// The principal is nil when the token is unknown or has expired.
func FindPrincipal(ctx context.Context, app core.App, id int64, secret string) (*Principal, error) {
	hash := TokenHash(secret)
	cache := principalCacheOf(app)
	key := Key(id) + "|" + hash
	p, generation := cache.get(key)
	if p != nil {
		return p, nil
	}
	p, err := readPrincipal(ctx, app, id, hash)
	if p != nil && !p.Invite { // an invite token expires, which the cache does not see
		cache.put(key, *p, generation)
	}
	return p, query.Wrap("find principal", err)
}

// readPrincipal is FindPrincipal without the cache; hash is that of the secret.
func readPrincipal(ctx context.Context, app core.App, id int64, hash string) (*Principal, error) {
	by, key := "token", hash
	if id != 0 {
		by, key = "id", Key(id)
	}
	t, err := deviceTokens.Select(`FROM devices WHERE `+by+` = :key`).Row(ctx, app, sql.Named("key", key))
	if errors.Is(err, ErrNotFound) {
		t, err = inviteTokens.Select(`FROM invite_tokens WHERE `+by+` = :key`).Row(ctx, app, sql.Named("key", key))
	}
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(t.hash), []byte(hash)) != 1 || t.Invite && t.expires <= query.Timestamp(time.Now()) {
		return nil, nil
	}
	return &t.Principal, nil
}

// tokenRow is an access token as it is stored.
type tokenRow struct {
	Principal
	hash    string
	expires string // of an invite token
}

var ownerHasBlocks = hasBlocks("devices.user")

var deviceTokens = query.Map("", func(c *query.Columns, t *tokenRow) {
	c.Add(`CAST(id AS INTEGER)`, &t.DeviceID)
	c.Add(`CAST(user AS INTEGER)`, &t.UserID)
	c.Add(`token`, &t.hash)
	c.Add(`firebase_token`, &t.PushToken)
	c.Add(ownerHasBlocks, &t.Blocks)
})

var inviteTokens = query.Map("", func(c *query.Columns, t *tokenRow) {
	t.Invite = true
	c.Add(`CAST(user AS INTEGER)`, &t.UserID)
	c.Add(`token`, &t.hash)
	c.Add(`expires`, &t.expires)
})

// TouchDevices records when devices were last used, by device id.
func TouchDevices(ctx context.Context, app core.App, used map[int64]time.Time) error {
	err := app.RunInTransaction(func(tx core.App) error {
		for id, at := range used {
			_, err := tx.NonconcurrentDB().NewQuery(`UPDATE devices SET last_used = {:at} WHERE id = {:id}`).
				Bind(dbx.Params{"at": query.Timestamp(at), "id": Key(id)}).WithContext(ctx).Execute()
			if err != nil {
				return err
			}
		}
		return nil
	})
	return query.Wrap("record when devices were used", err)
}

// principalCache caches principals by access token, because looking a token up costs as much as the rest of a small
// request. Code that changes or deletes a device, or a block, invalidates its user's entries once that is committed.
type principalCache struct {
	mu           sync.Mutex
	byToken      map[string]cachedPrincipal
	tokensByUser map[int64][]string
	generation   uint64 // counts invalidations
}

type cachedPrincipal struct {
	Principal
	expires time.Time
}

const (
	cacheTTL      = time.Minute         // bounds how long a write by another process goes unnoticed
	cacheSize     = 10_000              // entries; a full cache is emptied
	keyPrincipals = "privet_principals" // of the cache in the app's store
)

// principalCacheOf returns the cache of an app, which it creates at the first call.
func principalCacheOf(app core.App) *principalCache {
	return app.Store().GetOrSet(keyPrincipals, func() any {
		return &principalCache{byToken: map[string]cachedPrincipal{}, tokensByUser: map[int64][]string{}}
	}).(*principalCache)
}

// get returns a copy of a token's principal, or nil when it is not cached. The caller passes generation to put, with
// what it has read from the database.
func (p *principalCache) get(token string) (found *Principal, generation uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cached, ok := p.byToken[token]
	if !ok || time.Now().After(cached.expires) {
		return nil, p.generation
	}
	return &cached.Principal, p.generation
}

// put adds a token's principal, unless a user was invalidated since get returned generation: it may have been read from
// the database before that change.
func (p *principalCache) put(token string, one Principal, generation uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.generation != generation {
		return
	}
	if len(p.byToken) >= cacheSize {
		clear(p.byToken)
		clear(p.tokensByUser)
	}
	if _, again := p.byToken[token]; !again {
		p.tokensByUser[one.UserID] = append(p.tokensByUser[one.UserID], token)
	}
	p.byToken[token] = cachedPrincipal{one, time.Now().Add(cacheTTL)}
}

// InvalidatePrincipals removes a user's entries from the cache, so that the next request reads the database. Call it
// when a change of one of the user's devices or blocks has committed.
func InvalidatePrincipals(app core.App, userID string) {
	p := principalCacheOf(app)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.generation++
	user := query.Number(userID)
	for _, token := range p.tokensByUser[user] {
		delete(p.byToken, token)
	}
	delete(p.tokensByUser, user)
}

// InvalidateAllPrincipals is InvalidatePrincipals for all users.
func InvalidateAllPrincipals(app core.App) { app.Store().Remove(keyPrincipals) }

// invalidateOnCommit invalidates users when the transaction has ended, or at once outside of one.
func invalidateOnCommit(app core.App, users []string) {
	invalidate := func() {
		for _, user := range users {
			InvalidatePrincipals(app, user)
		}
	}
	if tx := app.TxInfo(); tx != nil {
		tx.OnComplete(func(error) error {
			invalidate()
			return nil
		})
		return
	}
	invalidate()
}
