package reminders_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/worker"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// clock returns a zone whose clock shows that time of the day now, and the zone's time.
func clock(hour, minute int) *time.Location {
	now := time.Now().UTC()
	offset := hour*3600 + minute*60 - (now.Hour()*3600 + now.Minute()*60 + now.Second())
	return time.FixedZone("test", offset)
}

// scene is a server with reminders, whose clock shows a chosen time, and an FCM.
type scene struct {
	*testkit.Server
	t                 *testing.T
	fcm               *fakes.FCM
	zone              *time.Location
	client, performer testkit.Person
	others            [2]testkit.Person // a client and a performer, whose phone is "sentinel"
	dashboard         *testkit.Dashboard
}

func start(t *testing.T, zone *time.Location, changes ...func(*settings.Settings)) *scene {
	t.Helper()
	t.Parallel()
	fcm := fakes.NewFCM(t)
	set := func(s *settings.Settings) { s.Reminders, s.OrderZone = true, zone }
	s := &scene{Server: testkit.Start(t, append([]func(*settings.Settings){fcm.Configure, set}, changes...)...), t: t, fcm: fcm, zone: zone}
	s.client, s.performer, s.dashboard = s.Client(), s.Performer(), s.Dashboard()
	s.others = [2]testkit.Person{s.Client(), s.Performer()}
	s.AddDevice(s.others[1], "sentinel", "en")
	s.AddDevice(s.performer, "performer", "ru")
	s.AddDevice(s.client, "client", "en")
	return s
}

// till returns a date_till whose moment is so long from now.
func till(zone *time.Location, fromNow time.Duration) string {
	return time.Now().In(zone).Add(fromNow).Format(time.DateTime)
}

// order creates an order that is due so long from now.
func (s *scene) order(fromNow time.Duration) int {
	s.t.Helper()
	return place(s.Server, s.client, s.performer, till(s.zone, fromNow))
}

func place(s *testkit.Server, client, performer testkit.Person, dateTill string) int {
	return s.Post("order/create").As(client.Token).JSON(map[string]any{
		"performer_id": performer.ID, "description": "Please greet my aunt", "date_till": dateTill}).Do().Want(200).Map().Int("data", "id")
}

// move makes an order due so long from now, as the passing of time would: without a hook.
func (s *scene) move(order int, fromNow time.Duration) {
	s.t.Helper()
	s.Exec(`UPDATE orders SET date_till = '%s.000Z' WHERE id = '%d'`, till(s.zone, fromNow), order)
	worker.ForeignChange(s.App)
}

// reminders waits for so many reminders, and returns "address type order" of each in alphabetical order. It forgets them.
func (s *scene) reminders(count int) string {
	s.t.Helper()
	var lines []string
	for deadline := time.Now().Add(2 * testkit.Soon); len(lines) < count && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		lines = nil
		for _, m := range s.fcm.Accepted() {
			if m.Type() == "order.reminder" || m.Type() == "order.overdue" {
				lines = append(lines, fmt.Sprintf("%s %s %s", m.Token, m.Type(), m.Data["order_id"]))
			}
		}
	}
	s.fcm.Reset()
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

// want fails the test unless these are the reminders that come next. It makes sure that no more come, by an order of others
// that is overdue.
func (s *scene) want(what string, reminders ...string) {
	s.t.Helper()
	sentinel := place(s.Server, s.others[0], s.others[1], till(s.zone, -time.Minute))
	want := append(reminders, fmt.Sprintf("sentinel order.overdue %d", sentinel))
	slices.Sort(want)
	if got := s.reminders(len(want)); got != strings.Join(want, ", ") {
		s.t.Errorf("%s: %s, want %s", what, got, strings.Join(want, ", "))
	}
}
