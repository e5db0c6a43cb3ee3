package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"net/url"
	"time"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

const (
	callsAtOnce    = 4
	callTimeout    = 10 * time.Second
	callRetry      = 5 * time.Second // after the first failure; doubled by each
	callRetryLimit = time.Hour       // between two tries
	callIdle       = 10 * time.Minute
)

// webhook tells an address of each new case: PRIVET_DESK_WEBHOOK. Its queue is in the database, so that neither a kill nor an
// address that fails loses a case; one that is decided before is not told of any more.
type webhook struct {
	app     core.App
	address string
	base    string // of the case's address
	log     *durable.Log
	client  *http.Client
	worker  *worker.Worker
}

func newWebhook(app core.App, address, base string) *webhook {
	w := &webhook{app: app, address: address, base: base, log: durable.Of(app), client: &http.Client{
		Timeout: callTimeout,
		// A POST that is redirected becomes a GET without the line, whose answer says nothing: a redirect is a failure that shows in the log.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	w.worker = worker.New(worker.Config{
		Queue:     w,
		Name:      "webhook",
		Slots:     callsAtOnce,
		Grace:     time.Second,
		Idle:      callIdle,
		Logger:    app.Logger,
		ReadError: "the queue of calls of the webhook can't be read",
	})
	return w
}

// Due implements worker.Queue.
func (w *webhook) Due(ctx context.Context, limit int) ([]string, error) {
	return desk.DueCalls(ctx, w.app, time.Now(), limit)
}

// Next implements worker.Queue.
func (w *webhook) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	return desk.NextCall(ctx, w.app)
}

// Run implements worker.Queue. Retries are in the queue, and so survive a restart.
func (w *webhook) Run(ctx context.Context, id string) (retryAfter time.Duration) {
	record := context.WithoutCancel(ctx)
	call, err := desk.ReadCall(record, w.app, id)
	if IsNotFound(err) {
		err = desk.DeleteCall(record, w.app, id)
	} else if err == nil {
		if err = w.log.Wait(); err == nil {
			if failed := w.post(ctx, call); failed == nil {
				err = desk.DeleteCall(record, w.app, id)
			} else if ctx.Err() == nil { // else the server stops
				err = w.postpone(record, call, failed)
			}
		}
	}
	if err != nil {
		w.app.Logger().Error("a call of the webhook could not be recorded", "id", id, "error", err)
		return callRetry
	}
	return 0
}

// postpone schedules the next try, and reports the failure of the first try, the second, the fourth and so on.
func (w *webhook) postpone(ctx context.Context, call *desk.Call, cause error) error {
	next := time.Now().Add(min(callRetry<<min(call.Tries, 16), callRetryLimit))
	if try := call.Tries + 1; bits.OnesCount(uint(try)) == 1 {
		w.app.Logger().Warn("the webhook of the desk could not be called, and will be tried again", "id", call.Case, "try", try,
			"next_try", next.UTC().Format(time.RFC3339), "error", cause)
	}
	return desk.PostponeCall(ctx, w.app, call.Case, next, cause)
}

// post sends the line about a case. The error does not name the address, which may hold a secret.
func (w *webhook) post(ctx context.Context, call *desk.Call) error {
	line, err := json.Marshal(struct {
		Event  string `json:"event"`
		Case   string `json:"case"`
		Kind   string `json:"kind"`
		About  string `json:"about"`
		Opened string `json:"opened"`
		Due    string `json:"due"`
		URL    string `json:"url"`
	}{"case.opened", call.Case, call.Kind, call.Target, rfc3339(string(call.Created)), rfc3339(string(call.Due)), CaseURL(w.base, call.Case)})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address, bytes.NewReader(append(line, '\n')))
	if err != nil {
		return fmt.Errorf("the address is not valid")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "privet")
	answer, err := w.client.Do(request)
	if err != nil {
		if withAddress := (*url.Error)(nil); errors.As(err, &withAddress) {
			return withAddress.Err
		}
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // the connection is used again
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("it answers %s", answer.Status)
	}
	return nil
}
