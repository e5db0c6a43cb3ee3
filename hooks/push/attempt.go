package push

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/telemetry"
)

// attempt tries to send a push once and records the outcome. It reads the push and its device anew: since the outbox
// was read, the push may have been sent, and the device may belong to another user.
func (w *Worker) attempt(ctx context.Context, id string) {
	if !w.settle() {
		return
	}
	p, err := store.ReadPush(ctx, w.app, id)
	if errors.Is(err, store.ErrNotFound) || ctx.Err() != nil {
		return
	}
	if err != nil {
		w.app.Logger().Error("a push can't be read", "id", id, "error", err)
		w.worker.Pause(time.Now().Add(initialDelay))
		return
	}
	now := time.Now()
	switch {
	case !now.Before(p.Expires):
		w.record(p.ID, store.PushOutcome{State: store.PushExpired, Error: "It could not be sent in time."})
		return
	case p.Device == "":
		w.record(p.ID, store.PushOutcome{State: store.PushFailed, Error: "The device signed out, or now belongs to another user."})
		return
	case p.PushToken == "":
		w.record(p.ID, store.PushOutcome{State: store.PushFailed, Error: "The device no longer has a push token."})
		return
	}
	if p.Tries > 0 && p.Order != "" { // a phone shows one push per order: a retry would replace a newer one
		newer, err := store.HasNewerPush(ctx, w.app, p.ID)
		if err != nil {
			w.app.Logger().Error("the pushes of an order can't be read", "id", id, "error", err)
		} else if newer {
			w.record(p.ID, store.PushOutcome{State: store.PushExpired, Error: "A newer push of the same order took its place."})
			return
		}
	}
	if err := store.ClaimPush(context.WithoutCancel(ctx), w.app, id); err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			w.wait(err)
		}
		return
	}
	health.Of(w.app).Report(health.Pushes, nil)
	// A push tells of a change: it must not tell of one that a power cut takes back. Nor must it be sent again because a power
	// cut takes its claim back.
	if err := w.log.Wait(); err != nil {
		w.app.Logger().Error("pushes wait, as the change that they tell of may not be on the disk", "id", id, "error", err)
		w.worker.Pause(time.Now().Add(maxDelay))
		return
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	name, err := w.sender.Send(call, messageOf(p, now))
	cancel()
	if err == nil && !strings.HasPrefix(name, "projects/") {
		err = errNoReceipt
	}
	if err != nil && ctx.Err() != nil {
		return // a stop cancelled it: it waits in the outbox for the next start
	}
	w.record(p.ID, w.outcome(ctx, p, err))
}

// outcome returns what follows from FCM's answer for a push: its state and, when it is retried, the time. It opens the
// breaker, pauses the outbox or removes the device's push token where the answer requires it.
func (w *Worker) outcome(ctx context.Context, p *store.PushContent, err error) store.PushOutcome {
	now := time.Now()
	verdict, reason := classify(err)
	telemetry.PushAttempts.WithLabelValues(verdict.String()).Inc()
	outcome := store.PushOutcome{State: store.PushFailed, Error: reason}
	retry := func(after time.Duration) {
		outcome.State, outcome.NextTry = store.PushWaiting, now.Add(after)
	}
	if verdict != misconfigured && verdict != transient {
		w.recordSuccess(now)
	}
	switch verdict {
	case accepted:
		outcome.State = store.PushSent
		w.markAccepted(p.Type)
	case unknownToken:
		w.removePushToken(ctx, p)
	case invalidArgument:
		// FCM answers the same for an invalid push token and an invalid message. If it has accepted a message of this
		// type before, it is the token.
		if w.acceptedBefore(p.Type) {
			w.removePushToken(ctx, p)
		} else {
			w.logRejected(p, reason)
		}
	case invalidMessage:
		w.logRejected(p, reason)
	case misconfigured:
		outcome.State, outcome.NextTry = store.PushWaiting, w.openBreaker(now, reason, err)
	case quotaExceeded:
		wait := quotaWait(err, now, p.Tries)
		w.worker.Pause(now.Add(wait))
		retry(wait)
	case apnsMisconfigured:
		w.logRejected(p, reason)
		retry(maxDelay)
	case transient:
		w.recordFailure(now, reason, err)
		wait, _ := retryAfter(err, now)
		retry(max(withJitter(wait), backoff(p.Tries)))
	}
	return outcome
}

// backoff returns the time to the next try: it doubles with each, up to maxDelay, and has jitter, so that pushes which
// failed together are not retried together.
func backoff(tries int) time.Duration {
	delay := maxDelay
	if tries < 10 {
		delay = min(maxDelay, initialDelay<<tries)
	}
	return delay/2 + rand.N(delay)
}

// withJitter makes a wait that FCM asked for up to a fifth longer.
func withJitter(wait time.Duration) time.Duration { return wait + rand.N(wait/5+1) }

// quotaWait returns the wait after a 429: what Retry-After asks for, or a minute without one. FCM may ask for no wait
// at all, which would only repeat the 429.
func quotaWait(err error, now time.Time, tries int) time.Duration {
	wait, ok := retryAfter(err, now)
	switch {
	case !ok:
		wait = time.Minute
	case wait == 0:
		return backoff(tries)
	}
	return withJitter(wait)
}

func (w *Worker) removePushToken(ctx context.Context, p *store.PushContent) {
	if err := store.RemovePushToken(context.WithoutCancel(ctx), w.app, p.Device, p.PushToken); err != nil {
		w.app.Logger().Error("an unregistered push token could not be removed", "device", p.Device, "error", err)
	}
}

// logRejected reports a rejection that only the operator can do something about.
func (w *Worker) logRejected(p *store.PushContent, reason string) {
	w.app.Logger().Error("a push was refused", "id", p.ID, "event", p.Event, "error", reason)
}

func (w *Worker) markAccepted(pushType string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acceptedTypes[pushType] = true
}

// acceptedBefore reports whether FCM has accepted a message of this type since the process started.
func (w *Worker) acceptedBefore(pushType string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.acceptedTypes[pushType]
}
