package push

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/privet/privet/hooks/store"
)

// attempt tries to send a push once and writes down what came of it. It looks at things as they stand now: the
// push may have been settled, and its device may have changed hands, since the outbox was looked through.
func (w *Worker) attempt(ctx context.Context, id string) {
	p, err := store.ReadPush(ctx, w.app, id)
	if errors.Is(err, store.ErrNotFound) || ctx.Err() != nil {
		return
	}
	if err != nil {
		w.app.Logger().Error("a push can't be read", "id", id, "error", err)
		w.pause(time.Now().Add(firstDelay))
		return
	}
	now := time.Now()
	switch {
	case !now.Before(p.Expires):
		w.settle(p, store.PushOutcome{State: store.PushExpired, Error: "It could not be sent in time."})
		return
	case p.Device == "":
		w.settle(p, store.PushOutcome{State: store.PushFailed, Error: "The device signed out, or changed hands."})
		return
	case p.Address == "":
		w.settle(p, store.PushOutcome{State: store.PushFailed, Error: "The device has no push address any more."})
		return
	}
	if p.Tries > 0 && p.Order != "" { // a phone shows one push of an order, and the later one would be the older
		newer, err := store.NewerPush(ctx, w.app, p.ID)
		if err != nil {
			w.app.Logger().Error("the pushes of an order can't be read", "id", id, "error", err)
		} else if newer {
			w.settle(p, store.PushOutcome{State: store.PushExpired, Error: "A newer push of the same order took its place."})
			return
		}
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	_, err = w.sender.Send(call, messageOf(p, now))
	cancel()
	if err != nil && ctx.Err() != nil {
		return // cut off by a stop: it waits for the next start
	}
	w.settle(p, w.outcome(p, err))
}

// outcome is what follows from FCM's answer.
func (w *Worker) outcome(p *store.PushContent, err error) store.PushOutcome {
	now := time.Now()
	what, words := judge(err)
	outcome := store.PushOutcome{State: store.PushFailed, Error: words, Tried: true}
	again := func(after time.Duration) {
		outcome.State, outcome.NextTry = store.PushWaiting, now.Add(after)
	}
	if what != setUp && what != later {
		w.well(now)
	}
	switch what {
	case accepted:
		outcome.State = store.PushSent
		w.learn(p.Type)
	case unknown:
		w.forget(p)
	case badArgument:
		// FCM says the same of a broken address and of a broken message. Where it has taken such a message
		// before, it is the address.
		if w.knows(p.Type) {
			w.forget(p)
		} else {
			w.shout(p, words)
		}
	case ourFault:
		w.shout(p, words)
	case setUp:
		outcome.State, outcome.NextTry = store.PushWaiting, w.hold(now, words, err)
	case tooMany:
		wait := afterQuota(err, now, p.Tries)
		w.pause(now.Add(wait))
		again(wait)
	case iosOff:
		w.shout(p, words)
		again(longest)
	case later:
		w.unwell(now, words, err)
		wait, _ := retryAfter(err, now)
		again(max(scattered(wait), backoff(p.Tries)))
	}
	return outcome
}

// backoff is the time to the next try: doubled with each, up to a cap, and scattered so that what failed together
// does not come back together.
func backoff(tries int) time.Duration {
	delay := longest
	if tries < 10 {
		delay = min(longest, firstDelay<<tries)
	}
	return delay/2 + rand.N(delay)
}

// scattered makes a wait that was asked for a little longer, so that what waits together does not come back together.
func scattered(wait time.Duration) time.Duration { return wait + rand.N(wait/5+1) }

// afterQuota is the wait after a 429: as FCM asks, else a minute. It may ask for no wait at all, which would be
// the same once more.
func afterQuota(err error, now time.Time, tries int) time.Duration {
	wait, ok := retryAfter(err, now)
	switch {
	case !ok:
		wait = time.Minute
	case wait == 0:
		return backoff(tries)
	}
	return scattered(wait)
}

func (w *Worker) settle(p *store.PushContent, o store.PushOutcome) {
	if err := store.SetPushOutcome(w.app, p.ID, o); err != nil {
		w.app.Logger().Error("what came of a push can't be written", "id", p.ID, "error", err)
		// Else it would be sent again at once, and again.
		w.pause(time.Now().Add(firstDelay))
	}
}

func (w *Worker) forget(p *store.PushContent) {
	if err := store.ForgetFirebaseToken(w.app, p.Device, p.Address); err != nil {
		w.app.Logger().Error("a dead push address can't be forgotten", "device", p.Device, "error", err)
	}
}

// shout tells whoever runs the server what only they can mend.
func (w *Worker) shout(p *store.PushContent, words string) {
	w.app.Logger().Error("a push was refused", "id", p.ID, "event", p.Event, "error", words)
}

func (w *Worker) learn(kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.knownGood[kind] = true
}

func (w *Worker) knows(kind string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.knownGood[kind]
}
