package order

import (
	"fmt"
	"testing"
)

func TestAnnounce(t *testing.T) {
	for _, c := range []struct {
		from, to Status
		by       Side
		want     string
	}{
		{"", New, Client, "order.created [performer]"},
		{"", New, Moderator, "order.created [performer]"},
		{New, Done, Performer, "order.done [client]"},
		{New, Cancelled, Client, "order.cancelled [performer]"},
		{New, Cancelled, Performer, "order.cancelled [client]"},
		{Done, Cancelled, Moderator, "order.cancelled [client performer]"},
		{New, Cancelled, System, "order.cancelled [client performer]"},
		{Done, Reviewed, Client, "order.reviewed [performer]"},
		{Cancelled, New, Moderator, " []"},
	} {
		event, sides := EventOf(c.from, c.to, c.by)
		if got := fmt.Sprintf("%s %v", event, sides); got != c.want {
			t.Errorf("%s to %s by %s: %s, want %s", c.from, c.to, c.by, got, c.want)
		}
	}
}
