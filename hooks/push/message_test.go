package push

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/privet/privet/hooks/store"
)

// However long the nicknames are, a message stays below what FCM takes, and its texts are whole characters.
func TestMessagesStaySmall(t *testing.T) {
	const fcmTakes = 4096
	long := strings.Repeat("👋", 255)
	for lang := range texts {
		for kind := range texts[lang] {
			m := messageOf(&store.PushContent{Type: kind, Order: "123456789", Event: "order-123456789-12", Language: lang, PushToken: "phone",
				Client: long, Performer: long, Rating: 4.5}, time.Now())
			content, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if len(content) >= fcmTakes || !utf8.Valid(content) {
				t.Errorf("%s %s has %d bytes", lang, kind, len(content))
			}
			for _, arg := range m.Android.Notification.BodyLocArgs[:2] {
				if utf8.RuneCountInString(arg) != maxNameLength || !strings.HasSuffix(arg, "👋…") {
					t.Errorf("%s %s names %s", lang, kind, arg)
				}
			}
		}
	}
	if got := truncate(strings.Repeat("я", maxNameLength), maxNameLength); strings.Contains(got, "…") {
		t.Errorf("%s was cut", got)
	}
}
