package store

import (
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// principalCache are those whom tokens spoke for lately: looking a token up costs as much as the rest of a small request.
// Whoever changes or removes a device forgets its user here once that is committed.
type principalCache struct {
	mu           sync.Mutex
	byToken      map[string]cachedPrincipal
	tokensByUser map[int64][]string // tokens
	generation   uint64
}

type cachedPrincipal struct {
	Principal
	expires time.Time
}

const (
	cacheTTL      = time.Minute // in case another process writes to the database
	cacheSize     = 10_000
	keyPrincipals = "privet_principals" // where an app keeps them
)

func principalCacheOf(app core.App) *principalCache {
	return app.Store().GetOrSet(keyPrincipals, func() any {
		return &principalCache{byToken: map[string]cachedPrincipal{}, tokensByUser: map[int64][]string{}}
	}).(*principalCache)
}

// get returns a copy of whom a token speaks for, nil when that is not known; seen goes to keep, with what is read
// then.
func (p *principalCache) get(token string) (found *Principal, seen uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.byToken[token]
	if !ok || time.Now().After(known.expires) {
		return nil, p.generation
	}
	return &known.Principal, p.generation
}

// put remembers one, unless devices have changed since it was looked for: it may have been read before that.
func (p *principalCache) put(token string, one Principal, seen uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.generation != seen {
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

// InvalidatePrincipals lets the next request of a user's look its token up again. Call it when a change of one of the user's
// devices is committed.
func InvalidatePrincipals(app core.App, userID string) {
	p := principalCacheOf(app)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.generation++
	user := number(userID)
	for _, token := range p.tokensByUser[user] {
		delete(p.byToken, token)
	}
	delete(p.tokensByUser, user)
}

// InvalidateAllPrincipals is InvalidatePrincipals for everybody.
func InvalidateAllPrincipals(app core.App) { app.Store().Remove(keyPrincipals) }

// invalidateOnCommit forgets the users once the transaction has ended, or at once outside of one.
func invalidateOnCommit(app core.App, users []string) {
	forget := func() {
		for _, user := range users {
			InvalidatePrincipals(app, user)
		}
	}
	if tx := app.TxInfo(); tx != nil {
		tx.OnComplete(func(error) error {
			forget()
			return nil
		})
		return
	}
	forget()
}
