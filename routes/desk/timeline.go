package desk

import (
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// eventJSON is something that happened. Kind says what in one word: created, delivered, cancelled, reviewed, status, push, report, opened,
// closed, note, or the act of a moderator.
type eventJSON struct {
	At   *string   `json:"at"`
	Kind string    `json:"kind"`
	Role string    `json:"role"` // of who did it: client, performer, user, moderator, operator, system or ""
	Who  any       `json:"who"`  // a person's number and nickname, the e-mail of a moderator, or null
	Text string    `json:"text"`
	Code string    `json:"code"` // the status, the type of the push, the reason of the report, or the verdict
	From string    `json:"from"` // the former status
	Push *pushJSON `json:"push"`
}

// pushJSON is what became of a push.
type pushJSON struct {
	State   string `json:"state"` // as in the outbox, or none where no device has an address
	Code    string `json:"code"`  // why, in short
	Why     string `json:"why"`   // why, in the moderator's language
	Service string `json:"service"`
}

type whoJSON struct {
	ID       int64  `json:"id"`
	Nickname string `json:"nickname"`
}

// whyTexts are why a push is not with its receiver, in English and Russian.
var whyTexts = map[string][2]string{
	push.WhyWaiting:       {"It is sent soon.", "Скоро будет отправлен."},
	push.WhyHeld:          {"It waited in a backup that was restored: an owner decides.", "Ждал в восстановленной копии: решает владелец."},
	push.WhyOff:           {"Pushes are not set up on this server.", "Push на этом сервере не настроены."},
	push.WhyLate:          {"It could not be sent in time.", "Не удалось отправить вовремя."},
	push.WhySignedOut:     {"Signed out on this device.", "На этом устройстве выполнен выход."},
	push.WhyNoAddress:     {"The device does not take pushes.", "Устройство не принимает push."},
	push.WhyGone:          {"The app was removed from the phone.", "Приложение удалено с телефона."},
	push.WhyReplaced:      {"A newer push of this order took its place.", "Его заменил более новый push этого заказа."},
	push.WhyObsolete:      {"The order has changed since.", "Заказ с тех пор изменился."},
	push.WhyBusy:          {"The push service asks to wait.", "Служба push просит подождать."},
	push.WhyUnavailable:   {"The push service does not answer.", "Служба push не отвечает."},
	push.WhyMisconfigured: {"The push service refuses this server: an owner has to look.", "Служба push не принимает этот сервер: нужен владелец."},
	push.WhyRefused:       {"The push service refused it.", "Служба push отказала."},
	whyNoDevice:           {"No device that takes pushes.", "Нет устройства, которое принимает push."},
}

// whyNoDevice is why there was nobody to send a push to.
const whyNoDevice = "no_device"

// pushOf returns what became of a push.
func pushOf(e *core.RequestEvent, state, sentence, service string) *pushJSON {
	return pushBecause(e, state, push.Why(state, sentence), service)
}

func pushBecause(e *core.RequestEvent, state, why, service string) *pushJSON {
	words := whyTexts[why]
	return &pushJSON{State: state, Code: why, Why: say(e, words[0], words[1]), Service: service}
}

// statusKinds are the kinds of events by the status that was set.
var statusKinds = map[string]string{"done": "delivered", "cancelled": "cancelled", "reviewed": "reviewed"}

// actKinds are the kinds of events by the act, where another word is used.
var actKinds = map[string]string{"hide": "hidden", "show": "shown", "remove": "removed", "warn": "warned", "ban": "banned"}

// timeline returns what happened to an order, the newest first. A moderator's change of the status is in the history and, with its reason,
// in the audit: it is shown once.
func timeline(e *core.RequestEvent, s *desk.Story, events []desk.Event) []eventJSON {
	shown := []eventJSON{}
	for i := range events {
		if isStatusAct(&events[i]) {
			continue
		}
		v := &events[i]
		line := eventJSON{At: moment(v.At), Kind: v.Kind, Role: v.By, Who: whoOf(v), Text: v.Text, Code: v.Code, From: v.From}
		switch v.Kind {
		case desk.EventStatus:
			line.Kind = "status"
			if v.From == "" {
				line.Kind = "created"
			} else if kind := statusKinds[v.Code]; kind != "" {
				line.Kind = kind
			}
			if v.By == string(order.Moderator) {
				line.Text = reasonOf(events, v)
			}
			shown = append(shown, unsent(e, s, events, v)...)
		case desk.EventPush:
			line.From, line.Push = "", pushOf(e, v.From, v.Why, v.Detail)
		case desk.EventOpened:
			line.Kind, line.Code = "opened", ""
		case desk.EventClosed:
			line.Kind = "closed"
		case desk.EventAct:
			line.Kind = v.Code
			if kind := actKinds[v.Code]; kind != "" {
				line.Kind = kind
			}
		}
		shown = append(shown, line)
	}
	return shown
}

// whoOf returns who did something, or whom a push was for.
func whoOf(v *desk.Event) any {
	switch {
	case v.User != 0:
		return whoJSON{v.User, v.Name}
	case v.Name != "":
		return v.Name
	}
	return nil
}

func isStatusAct(v *desk.Event) bool {
	return v.Kind == desk.EventAct && (v.Code == "status" || v.Code == "cancel")
}

// near reports whether two events are of the same change.
func near(a, b query.Moment) bool {
	at, ok := query.ParseDate(string(a))
	other, ok2 := query.ParseDate(string(b))
	return ok && ok2 && at.Sub(other).Abs() < 2*time.Second
}

// reasonOf returns the reason of a moderator's change of the status.
func reasonOf(events []desk.Event, change *desk.Event) string {
	for i := range events {
		if v := &events[i]; isStatusAct(v) && v.Name == change.Name && near(v.At, change.At) {
			return v.Text
		}
	}
	return ""
}

// keptPushes is how long the outbox has the outcome of a push at least.
const keptPushes = 29 * 24 * time.Hour

// unsent returns the pushes that a change of the status should have had and that were never written, as their receivers have no device
// that takes any.
func unsent(e *core.RequestEvent, s *desk.Story, events []desk.Event, change *desk.Event) []eventJSON {
	at, ok := query.ParseDate(string(change.At))
	if !ok || time.Since(at) > keptPushes {
		return nil
	}
	var lines []eventJSON
	event, sides := order.EventOf(order.Status(change.From), order.Status(change.Code), order.Side(change.By))
	for _, side := range sides {
		receiver := &s.Client
		if side == order.Performer {
			receiver = &s.Performer
		}
		if receiver.Erased || hasPush(events, string(event), receiver.ID) {
			continue
		}
		lines = append(lines, eventJSON{At: moment(change.At), Kind: desk.EventPush, Who: whoJSON{receiver.ID, receiver.Nickname}, Code: string(event),
			Push: pushBecause(e, "none", whyNoDevice, "")})
	}
	return lines
}

func hasPush(events []desk.Event, kind string, receiver int64) bool {
	for i := range events {
		if v := &events[i]; v.Kind == desk.EventPush && v.Code == kind && v.User == receiver {
			return true
		}
	}
	return false
}
