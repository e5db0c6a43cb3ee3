package orders_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/orders"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// participants are a client and a performer, and the server that they use.
type participants struct {
	*testkit.Server
	t                 *testing.T
	client, performer store.Actor
}

func newParticipants(t *testing.T) *participants {
	t.Helper()
	s := testkit.Start(t)
	actor := func(side order.Side, p testkit.Person) store.Actor {
		return store.Actor{Side: side, UserID: fmt.Sprint(p.ID)}
	}
	return &participants{s, t, actor(order.Client, s.Client()), actor(order.Performer, s.Performer())}
}

// order creates an order and brings it to the status: new, done or reviewed.
func (p *participants) order(status order.Status) (id string) {
	p.t.Helper()
	draft := orders.Draft{PerformerID: p.performer.UserID, Description: "Please greet my aunt", DateTill: time.Now().Add(time.Hour)}
	o, err := orders.Create(context.Background(), p.App, p.client, draft)
	if err == nil && status != order.New {
		err = orders.Update(context.Background(), p.App, o.Id, p.performer, order.Request{Status: order.Done}, p.upload())
	}
	if err == nil && status == order.Reviewed {
		err = orders.Update(context.Background(), p.App, o.Id, p.client, order.Request{Rating: 4, RatingText: "Good"}, nil)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return o.Id
}

func (p *participants) upload() *files.Upload {
	p.t.Helper()
	content := testkit.PNG()
	upload, err := files.NewUpload(p.App, mediatype.Sniff(content))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(upload.Discard)
	if _, err = upload.Write(content); err == nil {
		err = upload.Close()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return upload
}

// state is what an update may change of an order.
type state struct {
	status         order.Status
	rev            int
	cancelled      bool
	history, media int
}

func (p *participants) state(id string) state {
	p.t.Helper()
	o, err := store.FindOrder(p.App, id)
	if err != nil {
		p.t.Fatal(err)
	}
	now := state{status: o.Status(), rev: o.Rev(), cancelled: !o.CancelDate().IsZero()}
	err = p.App.DB().NewQuery(`SELECT (SELECT count(*) FROM order_history WHERE "order" = {:id}), (SELECT count(*) FROM media WHERE "order" = {:id})`).
		Bind(map[string]any{"id": id}).Row(&now.history, &now.media)
	if err != nil {
		p.t.Fatal(err)
	}
	return now
}

// Every transition that the contract grants passes the guard on the collection, inside another transaction, too, whose
// rollback undoes it.
func TestUpdate(t *testing.T) {
	p := newParticipants(t)
	for _, c := range []struct {
		name    string
		from    order.Status
		by      store.Actor
		request order.Request
		upload  bool
		want    order.Status
	}{
		{"client cancels", order.New, p.client, order.Request{Status: order.Cancelled, CancelText: "No"}, false, order.Cancelled},
		{"client cancels without a reason", order.New, p.client, order.Request{Status: order.Cancelled}, false, order.Cancelled},
		{"performer cancels", order.New, p.performer, order.Request{Status: order.Cancelled, CancelText: "Ill"}, false, order.Cancelled},
		{"performer delivers and finishes", order.New, p.performer, order.Request{Status: order.Done}, true, order.Done},
		{"performer delivers", order.New, p.performer, order.Request{}, true, order.New},
		{"performer delivers once more", order.Done, p.performer, order.Request{}, true, order.Done},
		{"client reviews", order.Done, p.client, order.Request{Status: order.Reviewed, Rating: 4.5, RatingText: "Good"}, false, order.Reviewed},
		{"client rates", order.Done, p.client, order.Request{Rating: 1}, false, order.Reviewed},
		{"client repeats the review", order.Reviewed, p.client, order.Request{Rating: 4}, false, order.Reviewed},
		{"nothing", order.New, p.client, order.Request{}, false, order.New},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := p.order(c.from)
			update := func(app core.App) error {
				var upload *files.Upload
				if c.upload {
					upload = p.upload()
				}
				return orders.Update(context.Background(), app, id, c.by, c.request, upload)
			}
			before, undone := p.state(id), errors.New("undone")
			err := p.App.RunInTransaction(func(tx core.App) error {
				if err := update(tx); err != nil {
					return err
				}
				return undone
			})
			if !errors.Is(err, undone) {
				t.Fatal(err)
			}
			if now := p.state(id); now != before {
				t.Fatalf("after a rollback %+v, before %+v", now, before)
			}
			if err := p.App.RunInTransaction(update); err != nil {
				t.Fatal(err)
			}
			want := before
			want.status, want.cancelled = c.want, c.want == order.Cancelled
			if c.want != c.from {
				want.history++
			}
			if c.upload {
				want.media++
			}
			if c.want != c.from || c.upload {
				want.rev++
			}
			if now := p.state(id); now != want {
				t.Errorf("got %+v, want %+v", now, want)
			}
		})
	}
}

// What package order refuses is an error of the API's field; an order that is not there is store.ErrNotFound, and a
// participant who was banned meanwhile store.ErrAccountDisabled.
func TestUpdateErrors(t *testing.T) {
	p := newParticipants(t)
	id := p.order(order.New)
	finish := order.Request{Status: order.Done}
	err := orders.Update(context.Background(), p.App, id, p.performer, finish, nil)
	if refused, ok := refusal.Of(err); !ok || refused.Field != "media" || refused.Error() != "The media field is required." {
		t.Errorf("without media: %v", err)
	}
	if err := orders.Update(context.Background(), p.App, "999", p.performer, finish, p.upload()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no order: %v", err)
	}
	p.Dashboard().Change("users", p.performer.UserID, map[string]any{"banned": true}).Want(200)
	if err := orders.Update(context.Background(), p.App, id, p.performer, finish, p.upload()); !errors.Is(err, store.ErrAccountDisabled) {
		t.Errorf("banned: %v", err)
	}
	if _, err := orders.Create(context.Background(), p.App, p.client, orders.Draft{PerformerID: p.performer.UserID}); err == nil {
		t.Error("a banned performer gets an order")
	} else if refused, ok := refusal.Of(err); !ok || refused.Field != "performer_id" {
		t.Errorf("banned performer: %v", err)
	}
}
