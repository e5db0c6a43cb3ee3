package push

import (
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"

	"firebase.google.com/go/v4/messaging"
)

// maxNameLength is how many characters of a nickname a message shows: it holds each of the two up to four times, and
// FCM accepts 4,096 bytes.
const maxNameLength = 60

// messageOf returns the message that FCM delivers for a push, in the device's language. On Android it also has
// localization keys, for apps that have texts of their own: an unknown key falls back to the text. iOS would show an
// unknown key itself, and the published apps have none, so it gets the text alone.
func messageOf(p *store.PushContent, now time.Time) *messaging.Message {
	v := values{client: truncate(p.Client, maxNameLength), performer: truncate(p.Performer, maxNameLength), rating: p.Rating}
	title, body := render(p.Language, p.Type, "title", v), render(p.Language, p.Type, "body", v)
	key := "push_" + strings.ReplaceAll(p.Type, ".", "_")
	tag, category := "privet", "TEST"
	data := map[string]string{"type": p.Type, "event_id": p.Event}
	if p.Order != "" {
		tag, category = "order-"+p.Order, "ORDER"
		data["order_id"] = p.Order
	}
	ttl := max(0, p.Expires.Sub(now))
	return &messaging.Message{
		Token:        p.PushToken,
		Data:         data,
		Notification: &messaging.Notification{Title: title, Body: body},
		Android: &messaging.AndroidConfig{
			Priority: "high",
			TTL:      &ttl,
			Notification: &messaging.AndroidNotification{
				ChannelID:    "orders",
				Tag:          tag, // a later push of the same order replaces this one
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

// truncate shortens a text to at most limit characters, the last of which is an ellipsis then.
func truncate(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}
