package hooks_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/orders"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// lifecycle is a server with one order in each status, all between the same two participants.
type lifecycle struct {
	*testkit.Server
	t                 *testing.T
	client, performer store.Actor
	ids               map[order.Status]string
}

func newLifecycle(t *testing.T) *lifecycle {
	t.Helper()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	l := &lifecycle{
		Server:    s,
		t:         t,
		client:    store.Actor{Side: order.Client, UserID: fmt.Sprint(client.ID)},
		performer: store.Actor{Side: order.Performer, UserID: fmt.Sprint(performer.ID)},
		ids:       map[order.Status]string{},
	}
	for _, status := range []order.Status{order.New, order.Done, order.Cancelled, order.Reviewed} {
		l.ids[status] = l.create()
	}
	l.update(order.Done, l.performer, order.Request{Status: order.Done}, l.upload())
	l.update(order.Cancelled, l.client, order.Request{Status: order.Cancelled, CancelText: "No"}, nil)
	l.update(order.Reviewed, l.performer, order.Request{Status: order.Done}, l.upload())
	l.update(order.Reviewed, l.client, order.Request{Rating: 4, RatingText: "Good"}, nil)
	return l
}

func (l *lifecycle) create() string {
	l.t.Helper()
	o, err := orders.Create(context.Background(), l.App, l.client, l.draft())
	if err != nil {
		l.t.Fatal(err)
	}
	return o.Id
}

func (l *lifecycle) draft() orders.Draft {
	return orders.Draft{PerformerID: l.performer.UserID, Description: "Please greet my aunt", DateTill: time.Now().Add(time.Hour)}
}

func (l *lifecycle) update(status order.Status, by store.Actor, request order.Request, upload *files.Upload) {
	l.t.Helper()
	if err := orders.Update(context.Background(), l.App, l.ids[status], by, request, upload); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lifecycle) upload() *files.Upload {
	l.t.Helper()
	content := testkit.PNG()
	upload, err := files.NewUpload(l.App, mediatype.Sniff(content))
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(upload.Discard)
	if _, err := upload.Write(content); err != nil {
		l.t.Fatal(err)
	}
	if err := upload.Close(); err != nil {
		l.t.Fatal(err)
	}
	return upload
}

func (l *lifecycle) find(id string) *store.Order {
	l.t.Helper()
	o, err := store.FindOrder(l.App, id)
	if err != nil {
		l.t.Fatal(err)
	}
	return o
}

// trace counts what every change of status leaves behind.
func (l *lifecycle) trace() [2]int {
	l.t.Helper()
	var n [2]int
	for i, table := range []string{"order_history", "media"} {
		if err := l.App.DB().NewQuery("SELECT count(*) FROM " + table).Row(&n[i]); err != nil {
			l.t.Fatal(err)
		}
	}
	return n
}

// wantRefused fails the test unless saving the changed record fails, both with and without PocketBase's validation, and
// leaves the row as it was.
func (l *lifecycle) wantRefused(t *testing.T, id string, by store.Actor, change func(o *store.Order)) {
	t.Helper()
	before, trace := l.find(id), l.trace()
	for name, save := range map[string]func(core.Model) error{"Save": l.App.Save, "SaveNoValidate": l.App.SaveNoValidate} {
		o := l.find(id)
		store.SetActor(o.Record, by)
		change(o)
		if save(o) == nil {
			t.Errorf("%s of %v by the %s: accepted", name, store.Changed(o.Record, before.Record), by.Side)
		}
		after := l.find(id)
		if changed := store.Changed(after.Record, before.Record); len(changed) > 0 || after.Rev() != before.Rev() || l.trace() != trace {
			t.Errorf("%s by the %s: refused, but %v changed, and %v became %v", name, by.Side, changed, trace, l.trace())
		}
	}
}

// complete sets the status with all that it needs, so that only the transition itself can be wrong.
func complete(o *store.Order, to order.Status) {
	o.SetStatus(to)
	o.SetCancellation(time.Time{}, "")
	o.SetRating(0, "")
	switch to {
	case order.Cancelled:
		o.SetCancellation(time.Now(), "No")
	case order.Reviewed:
		o.SetRating(5, "Good")
	}
}

// A save with a participant as the actor that bypasses package orders is refused for every transition that is not the
// participant's to make.
func TestCarelessTransitionsAreRefused(t *testing.T) {
	l := newLifecycle(t)
	type transition struct {
		from, to order.Status
		by       order.Side
	}
	legal := map[transition]bool{
		{order.New, order.Cancelled, order.Client}:    true,
		{order.New, order.Cancelled, order.Performer}: true,
		{order.Done, order.Reviewed, order.Client}:    true,
		// New to Done by the performer is refused here, for want of media.
	}
	for from, id := range l.ids {
		for to := range l.ids {
			for _, by := range []store.Actor{l.client, l.performer} {
				if from != to && !legal[transition{from, to, by.Side}] {
					t.Run(fmt.Sprintf("%s to %s by %s", from, to, by.Side), func(t *testing.T) {
						l.wantRefused(t, id, by, func(o *store.Order) { complete(o, to) })
					})
				}
			}
		}
	}
}

// A participant's save is refused if it changes a field that is not the participant's to change, or lacks one that the
// transition needs, even where the transition itself is legal.
func TestCarelessFieldsAreRefused(t *testing.T) {
	l := newLifecycle(t)
	other := fmt.Sprint(l.Performer().ID)
	stranger := func(side order.Side) store.Actor { return store.Actor{Side: side, UserID: other} }
	set := func(field string, value any) func(*store.Order) {
		return func(o *store.Order) { o.Set(field, value) }
	}
	cancel := func(o *store.Order) { complete(o, order.Cancelled) }
	for _, c := range []struct {
		name   string
		status order.Status
		by     store.Actor
		change func(o *store.Order)
	}{
		{"client's other client", order.New, l.client, set("client", other)},
		{"client's other performer", order.New, l.client, set("performer", other)},
		{"client's price", order.New, l.client, set("price", 1)},
		{"client's description", order.New, l.client, set("description", "Something else")},
		{"client's occasion", order.New, l.client, set("occasion", "birthday")},
		{"client's date", order.New, l.client, set("date_till", "2031-01-01 00:00:00")},
		{"client's reason alone", order.New, l.client, set("cancel_text", "No")},
		{"client's date of no cancellation", order.New, l.client, set("cancel_date", "2031-01-01 00:00:00")},
		{"client's rating of a new order", order.New, l.client, set("rating_rate", 5)},
		{"client's rating without the status", order.Done, l.client, set("rating_rate", 5)},
		{"client's other rating", order.Reviewed, l.client, set("rating_rate", 1)},
		{"client's other review", order.Reviewed, l.client, set("rating_text", "Bad")},
		{"client's other reason", order.Cancelled, l.client, set("cancel_text", "Other")},
		{"client's other date of cancellation", order.Cancelled, l.client, set("cancel_date", "2031-01-01 00:00:00")},
		{"client's review without a rating", order.Done, l.client, set("status", "reviewed")},
		{"client's cancellation without a date", order.New, l.client, set("status", "cancelled")},
		{"client's cancellation with a rating", order.New, l.client, func(o *store.Order) { cancel(o); o.SetRating(5, "") }},
		{"client's cancellation with another price", order.New, l.client, func(o *store.Order) { cancel(o); o.SetPrice(0) }},
		{"client's status that is none", order.New, l.client, set("status", "nonsense")},
		{"client's empty status", order.New, l.client, set("status", "")},
		{"performer's price", order.New, l.performer, set("price", 100)},
		{"performer's description", order.New, l.performer, set("description", "Something else")},
		{"performer's other performer", order.New, l.performer, set("performer", other)},
		{"performer's rating", order.Done, l.performer, set("rating_rate", 5)},
		{"performer's review", order.Reviewed, l.performer, set("rating_text", "The best")},
		{"performer's cancellation with another description", order.New, l.performer, func(o *store.Order) { cancel(o); o.SetDescription("None") }},
		{"another client's cancellation", order.New, stranger(order.Client), cancel},
		{"another performer's cancellation", order.New, stranger(order.Performer), cancel},
		{"the performer's as the client", order.New, store.Actor{Side: order.Client, UserID: l.performer.UserID}, cancel},
		{"a nameless client's cancellation", order.New, store.Actor{Side: order.Client}, cancel},
		{"an old copy", order.New, l.client, func(o *store.Order) { cancel(o); o.SetRev(o.Rev() - 1) }},
	} {
		t.Run(c.name, func(t *testing.T) { l.wantRefused(t, l.ids[c.status], c.by, c.change) })
	}
}

// A participant creates an order only as its client, and only as a new one.
func TestCarelessCreationsAreRefused(t *testing.T) {
	l := newLifecycle(t)
	other := fmt.Sprint(l.Client().ID)
	trace := l.trace()
	for _, c := range []struct {
		name   string
		by     store.Actor
		change func(o *store.Order)
	}{
		{"for another client", l.client, func(o *store.Order) { o.SetClient(other) }},
		{"as the performer", l.performer, func(*store.Order) {}},
		{"done", l.client, func(o *store.Order) { o.SetStatus(order.Done) }},
		{"cancelled", l.client, func(o *store.Order) { complete(o, order.Cancelled) }},
		{"reviewed", l.client, func(o *store.Order) { complete(o, order.Reviewed) }},
		{"with a rating", l.client, func(o *store.Order) { o.SetRating(5, "") }},
		{"with a reason", l.client, func(o *store.Order) { o.SetCancellation(time.Time{}, "No") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := store.NewOrder(l.App)
			if err != nil {
				t.Fatal(err)
			}
			o.SetClient(l.client.UserID)
			o.SetPerformer(l.performer.UserID)
			o.SetDescription("Please greet my aunt")
			o.SetDateTill(time.Now().Add(time.Hour))
			store.SetActor(o.Record, c.by)
			c.change(o)
			if l.App.Save(o) == nil || l.trace() != trace {
				t.Error("accepted")
			}
		})
	}
}
