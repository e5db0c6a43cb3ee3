package push

import (
	"strconv"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
)

// maxNameLength is how many characters of a nickname a message shows: it holds each of the two up to four times, and
// FCM accepts 4,096 bytes.
const maxNameLength = 60

// maxWarningLength is how many characters of a warning a message shows. The desk takes no longer ones.
const maxWarningLength = 400

// Android's notification channels, which apps create. Their users mute each by itself.
const (
	channelOrders  = "orders"
	channelReviews = "reviews"
)

// Message is what a device receives, whichever service delivers it.
type Message struct {
	Address  string // without the sender's prefix
	Title    string // in the device's language, as is Body
	Body     string
	Data     map[string]string
	Tag      string // a later message with the same one takes the place of this one
	Channel  string // Android's
	Category string // iOS's
	Badge    int    // how many orders wait for the receiver
	TTL      time.Duration
	Expires  time.Time
}

// messageOf returns the message of a push, in the device's language. It says the texts and gives no keys of the app's own
// texts beside them: Android would read those only where there is no text.
func messageOf(p *store.PushContent, now time.Time) *Message {
	v := values{client: truncate(p.Client, maxNameLength), performer: truncate(p.Performer, maxNameLength), rating: p.Rating, warning: truncate(p.Warning, maxWarningLength)}
	text := p.Type
	if p.Acted {
		text += ".acted"
	}
	m := &Message{
		Address:  p.PushToken,
		Title:    render(p.Language, text, "title", v),
		Body:     render(p.Language, text, "body", v),
		Data:     map[string]string{"type": p.Type, "event_id": p.Event},
		Tag:      "privet",
		Channel:  channelOrders,
		Category: "TEST",
		Badge:    p.Badge,
		TTL:      max(0, p.Expires.Sub(now)),
		Expires:  p.Expires,
	}
	if p.Type == string(order.EventReviewed) {
		m.Channel = channelReviews
	}
	if p.Order != "" {
		m.Tag, m.Category = "order-"+p.Order, "ORDER"
		m.Data["order_id"] = p.Order
	}
	return m
}

// unix formats a time as seconds since 1970.
func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// truncate shortens a text to at most limit characters, the last of which is an ellipsis then.
func truncate(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}
