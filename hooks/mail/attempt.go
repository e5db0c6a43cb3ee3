package mail

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/mail"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/telemetry"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
)

// attempt tries to send a mail once and records the outcome. It reads the mail and its receiver's address anew: since the outbox was
// read, the mail may have been sent, or the account erased.
func (w *Worker) attempt(ctx context.Context, id string) {
	if !w.outcomes.Settle() {
		return
	}
	m, err := store.ReadMail(ctx, w.app, id, w.now())
	if errors.Is(err, store.ErrNotFound) || ctx.Err() != nil {
		return
	}
	if err != nil {
		w.app.Logger().Error("a mail can't be read", "id", id, "error", err)
		w.worker.Pause(w.now().Add(initialDelay))
		return
	}
	if outcome, settled := w.settled(m); settled {
		w.outcomes.Record(m.ID, outcome)
		return
	}
	token, err := w.claim(context.WithoutCancel(ctx), m)
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	w.reportWrite(err)
	if err != nil {
		return
	}
	// The link must be there when the mail is, even after a power cut, which must not take the count of tries back either.
	if err := w.log.Wait(); err != nil {
		w.app.Logger().Error("mails wait, as their links may not be on the disk", "id", id, "error", err)
		w.worker.Pause(w.now().Add(maxDelay))
		return
	}
	err = w.send(ctx, m, token)
	if err != nil && ctx.Err() != nil {
		return // a stop cancelled it: it waits in the outbox for the next start
	}
	w.outcomes.Record(m.ID, w.outcome(m, token, err))
}

// settled reports whether a mail is not to be sent now, and what it becomes instead.
func (w *Worker) settled(m *store.MailContent) (o store.SendOutcome, settled bool) {
	off := w.off()
	switch {
	case !w.now().Before(m.Expires):
		return store.SendOutcome{State: store.MailExpired, Error: "It could not be sent in time."}, true
	case m.Address == "", strings.HasSuffix(strings.ToLower(m.Address), ".invalid"): // as is who has shown no address
		return store.SendOutcome{State: store.MailDropped, Error: store.MailToNobody}, true
	case off != "":
		return store.SendOutcome{State: store.MailWaiting, Error: off, NextTry: w.now().Add(maxPause)}, true
	}
	return store.SendOutcome{}, false
}

// claim counts a try, and returns the token of the link that the mail is to have, "" for none.
func (w *Worker) claim(ctx context.Context, m *store.MailContent) (token string, err error) {
	err = w.app.RunInTransaction(func(tx core.App) (err error) {
		if err := store.ClaimSend(ctx, tx, store.Mails, m.ID); err != nil {
			return err
		}
		if m.Kind != store.MailPassword && m.Kind != store.MailProof {
			return nil
		}
		token, err = store.AddLink(ctx, tx, m.User, m.Kind, time.Now().Add(LinkLifetime))
		return err
	})
	return token, err
}

// send hands a mail to the mail server.
func (w *Worker) send(ctx context.Context, m *store.MailContent, token string) error {
	meta := w.app.Settings().Meta
	link := ""
	if token != "" {
		link = w.settings.PublicURL + "/account?" + url.Values{"lang": {m.Language}, "purpose": {m.Kind}}.Encode() + "&token=" + token
	}
	if path := pathOf(m.Data); path != "" {
		link = w.settings.PublicURL + path
	}
	body, err := render(m, meta.AppName, link, w.settings.Contact)
	if err != nil {
		return err
	}
	message := &mailer.Message{
		From:    mail.Address{Name: meta.SenderName, Address: meta.SenderAddress},
		To:      []mail.Address{{Address: m.Address}},
		Subject: body.subject, Text: body.text, HTML: body.html,
		Headers: map[string]string{
			"Message-ID":     "<" + m.ID + "@" + domainOf(meta.SenderAddress) + ">", // the same for a retry, so that mailboxes may see that it is one
			"Auto-Submitted": "auto-generated",
		},
	}
	if strings.Contains(w.settings.Contact, "@") && !strings.Contains(w.settings.Contact, "://") {
		message.Headers["Reply-To"] = w.settings.Contact
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return w.client().deliver(ctx, w.app, message)
}

// outcome returns what follows from the mail server's answer: the state of the mail and, when it is retried, the time.
func (w *Worker) outcome(m *store.MailContent, token string, err error) store.SendOutcome {
	var refused *textproto.Error
	unsendable := errors.Is(err, errUnsendable) // the server was not asked
	answered := err == nil || errors.As(err, &refused) && !errors.Is(err, errNoSession)
	if !unsendable {
		w.noteAnswer(answered)
	}
	logger := w.app.Logger().With("id", m.ID, "type", m.Kind, "user", m.User, "try", m.Tries+1)
	if err == nil {
		telemetry.MailAttempts.WithLabelValues(telemetry.MailAccepted).Inc()
		logger.Info("a mail was sent")
		return store.SendOutcome{State: store.MailSent}
	}
	words := redact(err.Error(), m.Address, token)
	if unsendable || answered && refused.Code >= 500 {
		telemetry.MailAttempts.WithLabelValues(telemetry.MailRefused).Inc()
		logger.Error("a mail was refused, and is given up", "error", words)
		return store.SendOutcome{State: store.MailFailed, Error: words}
	}
	telemetry.MailAttempts.WithLabelValues(telemetry.MailPutOff).Inc()
	next := w.now().Add(backoff(m.Tries))
	logger.Warn("a mail could not be sent, and is tried again", "error", words)
	return store.SendOutcome{State: store.MailWaiting, Error: words, NextTry: next}
}

// noteAnswer notes whether the mail server has answered. While it does not, one mail after the other would wait for it in vain, so there
// are pauses.
func (w *Worker) noteAnswer(answered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if answered {
		w.unreachable = 0
		return
	}
	w.worker.Pause(w.now().Add(min(maxPause, time.Second<<min(w.unreachable, 10))))
	w.unreachable++
}

// backoff returns the time to the next try: it doubles with each, up to maxDelay, and has jitter, so that mails which failed together are
// not retried together.
func backoff(tries int) time.Duration {
	delay := min(maxDelay, initialDelay<<min(tries, 10))
	return delay/2 + rand.N(delay)
}
