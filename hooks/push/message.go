package push

import (
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"

	"firebase.google.com/go/v4/messaging"
)

// longestName is what a message shows of a nickname, in characters: each stands in it up to four times, and FCM takes
// 4,096 bytes.
const longestName = 60

// messageOf makes what FCM sends for a push. It shows in the device's own language: an app that knows the
// localisation keys may say it in its words, on Android, where an unknown key falls back to the text. iOS would
// show an unknown key as it stands, and the apps in people's pockets know none: it gets the text alone.
func messageOf(p *store.PushContent, now time.Time) *messaging.Message {
	v := values{client: cut(p.Client, longestName), performer: cut(p.Performer, longestName), rating: p.Rating}
	title, body := say(p.Language, p.Type, "title", v), say(p.Language, p.Type, "body", v)
	key := "push_" + strings.ReplaceAll(p.Type, ".", "_")
	tag, category := "privet", "TEST"
	data := map[string]string{"type": p.Type, "event_id": p.Event}
	if p.Order != "" {
		tag, category = "order-"+p.Order, "ORDER"
		data["order_id"] = p.Order
	}
	life := max(0, p.Expires.Sub(now))
	return &messaging.Message{
		Token:        p.Address,
		Data:         data,
		Notification: &messaging.Notification{Title: title, Body: body},
		Android: &messaging.AndroidConfig{
			Priority: "high",
			TTL:      &life,
			Notification: &messaging.AndroidNotification{
				ChannelID:    "orders",
				Tag:          tag, // a later push of the same order takes this one's place
				TitleLocKey:  key + "_title",
				BodyLocKey:   key + "_body",
				BodyLocArgs:  []string{v.client, v.performer, decimal(p.Rating, p.Language)},
				DefaultSound: true,
			},
		},
		APNS: &messaging.APNSConfig{
			Headers: map[string]string{
				"apns-priority":    "10",
				"apns-collapse-id": tag,
				"apns-expiration":  unix(p.Expires),
			},
			Payload: &messaging.APNSPayload{Aps: &messaging.Aps{
				Alert:    &messaging.ApsAlert{Title: title, Body: body},
				Sound:    "default",
				ThreadID: tag,
				Category: category,
			}},
		},
	}
}

// cut shortens a text to a number of characters.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
