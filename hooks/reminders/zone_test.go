package reminders_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// Dates are meant, and shown, on the clock of PRIVET_ORDER_ZONE: east and west of UTC, and where the clocks are changed.
func TestZone(t *testing.T) {
	for name, zone := range map[string]*time.Location{"east": time.FixedZone("", 5*3600+45*60), "west": time.FixedZone("", -9*3600), "changes": changing(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.Start(t, func(s *settings.Settings) { s.OrderZone = zone })
			client, performer := s.Client(), s.Performer()
			given := till(zone, 30*time.Minute)
			soon, overdue := place(s, client, performer, given), place(s, client, performer, till(zone, -30*time.Minute))
			owner := s.Owner()
			for id, want := range map[int]bool{soon: false, overdue: true} {
				if story := s.Get(fmt.Sprint("/api/desk/orders/", id)).As(owner).Do().Want(200).Map(); story.At("overdue") != want {
					t.Errorf("order %d, overdue: %v", id, story.At("overdue"))
				}
			}
			before := time.Now().Truncate(time.Second)
			s.Post(fmt.Sprintf("order/update/%d", soon)).As(client.Token).JSON(`{"status":3}`).Do().Want(200)
			m := s.Get(fmt.Sprintf("order/view/%d", soon)).As(performer.Token).Do().Want(200).Map()
			if got := m.String("data", "date_till"); got != given {
				t.Errorf("date_till is %s, was given as %s", got, given)
			}
			at, err := time.ParseInLocation(time.DateTime, m.String("data", "cancel_date"), zone)
			if err != nil || at.Before(before) || at.After(time.Now()) {
				t.Errorf("cancelled at %s: %v", at.UTC(), err)
			}
		})
	}
}

// changing returns a zone whose clocks are changed in the course of the year.
func changing(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
