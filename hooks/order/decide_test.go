package order

import (
	"errors"
	"testing"
)

// Every status, side and wish of contract section 4, with what must come of it.
func TestDecide(t *testing.T) {
	bare := State{Status: New}
	filmed := State{Status: New, Media: 1}
	done := State{Status: Done, Media: 1}
	almostFull, full := State{Status: New, Media: MaxMedia - 1}, State{Status: Done, Media: MaxMedia}
	cancelled := State{Status: Cancelled}
	reviewed := State{Status: Reviewed, Media: 1, Rating: 4, RatingText: "good"}

	for _, c := range []struct {
		name    string
		now     State
		by      Side
		ask     Request
		want    Change
		refusal *Refusal
	}{
		{name: "nothing asked", now: bare, by: Client},
		{name: "present status", now: done, by: Client, ask: Request{Status: Done}},
		{name: "performer finishes with media", now: bare, by: Performer, ask: Request{Status: Done, Media: true}, want: Change{Status: Done, AddMedia: true}},
		{name: "performer finishes with media from before", now: filmed, by: Performer, ask: Request{Status: Done}, want: Change{Status: Done}},
		{name: "performer finishes without media", now: bare, by: Performer, ask: Request{Status: Done}, refusal: &Refusal{FieldMedia, Required}},
		{name: "performer adds media to New", now: bare, by: Performer, ask: Request{Media: true}, want: Change{AddMedia: true}},
		{name: "performer adds media to Done", now: done, by: Performer, ask: Request{Media: true}, want: Change{AddMedia: true}},
		{name: "performer adds media to Done and says so", now: done, by: Performer, ask: Request{Status: Done, Media: true}, want: Change{AddMedia: true}},
		{name: "performer adds media to Cancelled", now: cancelled, by: Performer, ask: Request{Media: true}, refusal: &Refusal{FieldMedia, Prohibited}},
		{name: "performer adds media to Reviewed", now: reviewed, by: Performer, ask: Request{Media: true}, refusal: &Refusal{FieldMedia, Prohibited}},
		{name: "performer adds the last media", now: almostFull, by: Performer, ask: Request{Status: Done, Media: true}, want: Change{Status: Done, AddMedia: true}},
		{name: "performer adds one media too many", now: full, by: Performer, ask: Request{Media: true}, refusal: &Refusal{FieldMedia, Full}},
		{name: "client's media is ignored where no more fits", now: full, by: Client, ask: Request{Rating: 5, Media: true}, want: Change{Status: Reviewed, Rating: 5}},
		{name: "performer cancels", now: bare, by: Performer, ask: Request{Status: Cancelled, CancelText: "ill"}, want: Change{Status: Cancelled, CancelText: "ill"}},
		{name: "performer cancels Done", now: done, by: Performer, ask: Request{Status: Cancelled}, refusal: &Refusal{FieldStatus, Invalid}},
		{name: "performer reviews", now: done, by: Performer, ask: Request{Status: Reviewed, Rating: 5}, refusal: &Refusal{FieldStatus, Invalid}},
		{name: "performer's rating is ignored", now: done, by: Performer, ask: Request{Rating: 5, RatingText: "me"}},
		{name: "performer finishes a cancelled order", now: cancelled, by: Performer, ask: Request{Status: Done, Media: true}, refusal: &Refusal{FieldStatus, Invalid}},
		{name: "performer finishes a reviewed order", now: reviewed, by: Performer, ask: Request{Status: Done}, refusal: &Refusal{FieldStatus, Invalid}},
		{name: "reopening", now: done, by: Performer, ask: Request{Status: New}, refusal: &Refusal{FieldStatus, Invalid}},
		{name: "client cancels", now: bare, by: Client, ask: Request{Status: Cancelled, CancelText: "no"}, want: Change{Status: Cancelled, CancelText: "no"}},
		{name: "cancel text alone is ignored", now: bare, by: Client, ask: Request{CancelText: "no"}},
		{name: "cancelling again changes nothing", now: cancelled, by: Client, ask: Request{Status: Cancelled, CancelText: "other"}},
		{name: "client finishes", now: filmed, by: Client, ask: Request{Status: Done}, refusal: &Refusal{FieldStatus, Invalid}},
		{name: "client's media is ignored", now: bare, by: Client, ask: Request{Media: true}},
		{name: "client's media is ignored on Cancelled too", now: cancelled, by: Client, ask: Request{Media: true}},
		{name: "client reviews", now: done, by: Client, ask: Request{Status: Reviewed, Rating: 4.5, RatingText: "fun"}, want: Change{Status: Reviewed, Rating: 4.5, RatingText: "fun"}},
		{name: "a rating alone reviews", now: done, by: Client, ask: Request{Rating: 1}, want: Change{Status: Reviewed, Rating: 1}},
		{name: "review without a rating", now: done, by: Client, ask: Request{Status: Reviewed}, refusal: &Refusal{FieldRating, Required}},
		{name: "rating text without a rating", now: done, by: Client, ask: Request{RatingText: "fun"}, refusal: &Refusal{FieldRating, Required}},
		{name: "review of New", now: bare, by: Client, ask: Request{Status: Reviewed, Rating: 5}, refusal: &Refusal{FieldStatus, Invalid}},
		{name: "rating of New", now: bare, by: Client, ask: Request{Rating: 5}, refusal: &Refusal{FieldRating, Prohibited}},
		{name: "rating of Cancelled", now: cancelled, by: Client, ask: Request{Rating: 5}, refusal: &Refusal{FieldRating, Prohibited}},
		{name: "cancelling with a rating", now: bare, by: Client, ask: Request{Status: Cancelled, Rating: 5}, refusal: &Refusal{FieldRating, Prohibited}},
		{name: "the same rating again", now: reviewed, by: Client, ask: Request{Status: Reviewed, Rating: 4, RatingText: "good"}},
		{name: "the same rating again without its text", now: reviewed, by: Client, ask: Request{Rating: 4}},
		{name: "another rating", now: reviewed, by: Client, ask: Request{Rating: 5}, refusal: &Refusal{FieldRating, Prohibited}},
		{name: "another text", now: reviewed, by: Client, ask: Request{Rating: 4, RatingText: "bad"}, refusal: &Refusal{FieldRating, Prohibited}},
		{name: "client cancels Reviewed", now: reviewed, by: Client, ask: Request{Status: Cancelled}, refusal: &Refusal{FieldStatus, Invalid}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Decide(c.now, c.by, c.ask)
			if c.refusal != nil {
				var refusal *Refusal
				if !errors.As(err, &refusal) || *refusal != *c.refusal {
					t.Fatalf("refusal: got %v, want %v", err, c.refusal)
				}
				if got != (Change{}) {
					t.Fatalf("a refused request changes %+v", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.ask.Media && got.AddMedia != AcceptsMedia(c.now, c.by) {
				t.Errorf("AcceptsMedia is %t", AcceptsMedia(c.now, c.by))
			}
			if got != c.want {
				t.Fatalf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
