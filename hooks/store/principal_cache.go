package store

import (
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// principals are those whom tokens spoke for lately: looking a token up costs as much as the rest of a small request.
// Whoever changes or removes a device forgets its user here once that is committed.
type principals struct {
	mu      sync.Mutex
	byToken map[string]knownPrincipal
	ofUser  map[int64][]string // tokens
	changes uint64
}

type knownPrincipal struct {
	Principal
	until time.Time
}

const (
	knownFor      = time.Minute // in case another process writes to the database
	mostKnown     = 10_000
	keyPrincipals = "privet_principals" // where an app keeps them
)

func principalsOf(app core.App) *principals {
	return app.Store().GetOrSet(keyPrincipals, func() any {
		return &principals{byToken: map[string]knownPrincipal{}, ofUser: map[int64][]string{}}
	}).(*principals)
}

// find returns a copy of whom a token speaks for, nil when that is not known; seen goes to keep, with what is read
// then.
func (p *principals) find(token string) (found *Principal, seen uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.byToken[token]
	if !ok || time.Now().After(known.until) {
		return nil, p.changes
	}
	return &known.Principal, p.changes
}

// keep remembers one, unless devices have changed since it was looked for: it may have been read before that.
func (p *principals) keep(token string, one Principal, seen uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changes != seen {
		return
	}
	if len(p.byToken) >= mostKnown {
		clear(p.byToken)
		clear(p.ofUser)
	}
	if _, again := p.byToken[token]; !again {
		p.ofUser[one.UserID] = append(p.ofUser[one.UserID], token)
	}
	p.byToken[token] = knownPrincipal{one, time.Now().Add(knownFor)}
}

// ForgetPrincipals lets the next request of a user's look its token up again. Call it when a change of one of the user's
// devices is committed.
func ForgetPrincipals(app core.App, userID string) {
	p := principalsOf(app)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changes++
	user := number(userID)
	for _, token := range p.ofUser[user] {
		delete(p.byToken, token)
	}
	delete(p.ofUser, user)
}

// ForgetAllPrincipals is ForgetPrincipals for everybody.
func ForgetAllPrincipals(app core.App) { app.Store().Remove(keyPrincipals) }

// forgetWhenCommitted forgets the users once the transaction has ended, or at once outside of one.
func forgetWhenCommitted(app core.App, users []string) {
	forget := func() {
		for _, user := range users {
			ForgetPrincipals(app, user)
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
