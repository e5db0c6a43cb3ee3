package push

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/telemetry"
)

// attempt tries to send a push once and records the outcome. It reads the push and its device anew: since the outbox
// was read, the push may have been sent, and the device may belong to another user, or have an address of another service.
func (l *lane) attempt(ctx context.Context, id string) {
	if !l.outcomes.Settle() {
		return
	}
	p, err := store.ReadPush(ctx, l.app, id, l.now())
	if errors.Is(err, store.ErrNotFound) || ctx.Err() != nil {
		return
	}
	if err != nil {
		l.app.Logger().Error("a push can't be read", "id", id, "error", err)
		l.worker.Pause(l.now().Add(initialDelay))
		return
	}
	now := l.now()
	if outcome, settled := l.settled(ctx, p, now); settled {
		l.outcomes.Record(p.ID, outcome)
		return
	}
	if l.putOff(ctx, p, now) {
		return
	}
	to, address := l.laneOf(p.PushToken)
	if to != l {
		l.handOver(ctx, p, to)
		return
	}
	p.PushToken = address
	if err := store.ClaimSend(context.WithoutCancel(ctx), l.app, store.Pushes, id); err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			l.reportWrite(err)
		}
		return
	}
	l.reportWrite(nil)
	// A push tells of a change: it must not tell of one that a power cut takes back. Nor must it be sent again because a power
	// cut takes its claim back.
	if err := l.log.Wait(); err != nil {
		l.app.Logger().Error("pushes wait, as the change that they tell of may not be on the disk", "id", id, "error", err)
		l.worker.Pause(l.now().Add(maxDelay))
		return
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	err = l.sender.Send(call, messageOf(p, now))
	cancel()
	if err != nil && ctx.Err() != nil {
		return // a stop cancelled it: it waits in the outbox for the next start
	}
	l.outcomes.Record(p.ID, l.outcome(ctx, p, err))
}

// settled reports whether a push is not to be sent now, and what it becomes instead.
func (l *lane) settled(ctx context.Context, p *store.PushContent, now time.Time) (o store.SendOutcome, settled bool) {
	switch {
	case !now.Before(p.Expires):
		return store.SendOutcome{State: store.PushExpired, Error: "It could not be sent in time."}, true
	case p.Device == "":
		return store.SendOutcome{State: store.PushFailed, Error: "The device signed out, or now belongs to another user."}, true
	case obsolete(p):
		return store.SendOutcome{State: store.PushExpired, Error: "The order was finished, cancelled, or got another date."}, true
	case p.PushToken == "":
		return store.SendOutcome{State: store.PushFailed, Error: "The device no longer has a push token."}, true
	}
	if p.Tries > 0 && p.Order != "" { // a phone shows one push per order: a retry would replace a newer one
		newer, err := store.HasNewerPush(ctx, l.app, p.ID)
		if err != nil {
			l.app.Logger().Error("the pushes of an order can't be read", "id", p.ID, "error", err)
		} else if newer {
			return store.SendOutcome{State: store.PushExpired, Error: "A newer push of the same order took its place."}, true
		}
	}
	if until := l.holds.until(p.Device, now); !until.IsZero() {
		return store.SendOutcome{State: store.PushWaiting, NextTry: until, Error: "Other pushes to this device have to wait, and so has this one."}, true
	}
	return store.SendOutcome{}, false
}

// handOver gives a push to the service of the address that its device has got since.
func (l *lane) handOver(ctx context.Context, p *store.PushContent, to *lane) {
	if err := store.SetPushSender(context.WithoutCancel(ctx), l.app, p.ID, to.sender.Name(), to.state()); err != nil {
		l.app.Logger().Error("a push could not be given to another service", "id", p.ID, "error", err)
		l.worker.Pause(l.now().Add(initialDelay))
		return
	}
	to.worker.Wake()
}

// outcome returns what follows from a service's answer for a push: its state and, when it is retried, the time. It opens
// the breaker, pauses the lane or the device, or removes the device's push token where the answer requires it.
func (l *lane) outcome(ctx context.Context, p *store.PushContent, err error) store.SendOutcome {
	now := l.now()
	if err == nil {
		telemetry.PushAttempts.WithLabelValues(telemetry.PushAccepted).Inc()
		l.recordSuccess(now)
		l.holds.end(p.Device)
		return store.SendOutcome{State: store.PushSent}
	}
	f := failureOf(err)
	telemetry.PushAttempts.WithLabelValues(f.Verdict.String()).Inc()
	outcome := store.SendOutcome{State: store.PushFailed, Error: f.Reason}
	retry := func(at time.Time) {
		outcome.State, outcome.NextTry = store.PushWaiting, at
	}
	if f.Verdict != Misconfigured && f.Verdict != Unavailable {
		l.recordSuccess(now)
	}
	switch f.Verdict {
	case AddressGone:
		l.removePushToken(ctx, p)
	case MessageWrong:
		l.tell(p, f, now, maxDelay)
	case Misconfigured:
		retry(l.openBreaker(now, f))
	case OverQuota:
		until := now.Add(quotaWait(f, p.Tries))
		l.worker.Pause(until)
		l.tell(p, f, now, until.Sub(now))
		retry(until)
	case DeviceOverQuota:
		retry(l.holdDevice(ctx, p, f, now))
	case AppleRefused:
		wait := withJitter(min(appleMaxDelay, maxDelay<<min(p.Tries, 10)))
		l.tell(p, f, now, wait)
		retry(now.Add(wait))
	case Unavailable:
		l.recordFailure(now, f)
		retry(now.Add(max(withJitter(f.Wait), backoff(p.Tries))))
	}
	return outcome
}

// appleMaxDelay is the longest time between two tries of a push that Apple refuses Firebase.
const appleMaxDelay = time.Hour

// holdDevice makes all pushes of a device wait to which too much was sent, and returns until when. Where two devices are
// over their quotas at about the same time, it is the project that sends too much, and all wait.
func (l *lane) holdDevice(ctx context.Context, p *store.PushContent, f *Failure, now time.Time) (until time.Time) {
	until, all := l.holds.add(p.Device, f, now)
	l.tell(p, f, now, quotaMaxDelay)
	if all {
		l.worker.Pause(now.Add(quotaWait(f, p.Tries)))
	}
	if err := store.DelayPushes(context.WithoutCancel(ctx), l.app, p.Device, until); err != nil {
		l.app.Logger().Error("the pushes of a device could not be delayed", "device", p.Device, "error", err)
		l.worker.Pause(now.Add(initialDelay)) // each would be read and put off by itself
	}
	return until
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

// withJitter makes a wait that a service asked for up to a fifth longer.
func withJitter(wait time.Duration) time.Duration { return wait + rand.N(wait/5+1) }

// quotaWait returns the wait after a 429 for all: what Retry-After asks for, or a minute without one. A service may ask for
// no wait at all, which would only repeat the 429.
func quotaWait(f *Failure, tries int) time.Duration {
	switch {
	case !f.Asked:
		return withJitter(time.Minute)
	case f.Wait == 0:
		return backoff(tries)
	}
	return withJitter(f.Wait)
}

func (l *lane) removePushToken(ctx context.Context, p *store.PushContent) {
	if err := store.RemovePushToken(context.WithoutCancel(ctx), l.app, p.Device, l.sender.Prefix()+p.PushToken); err != nil {
		l.app.Logger().Error("an unregistered push token could not be removed", "device", p.Device, "error", err)
	}
}

// tell logs a failure that the operator can do something about, and no other one of its kind for the given time.
func (l *lane) tell(p *store.PushContent, f *Failure, now time.Time, silence time.Duration) {
	leftOut, due := l.told.again(f.Verdict, now, silence)
	if !due {
		return
	}
	level := slog.LevelWarn
	if f.Verdict == MessageWrong || f.Verdict == AppleRefused {
		level = slog.LevelError
	}
	l.app.Logger().Log(context.Background(), level, "a push was refused: "+f.Reason, "sender", l.sender.Name(), "id", p.ID, "event", p.Event,
		"device", p.Device, "more_of_these_before", leftOut)
}
