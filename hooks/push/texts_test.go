package push

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/store"
)

// Both languages have all texts of all events, with the same placeholders, and all plural forms of their language.
func TestTextsAreComplete(t *testing.T) {
	placeholders := func(text string) (found []string) {
		for _, p := range []string{"{client}", "{performer}", "{rating}", "{warning}"} {
			if strings.Contains(text, p) {
				found = append(found, p)
			}
		}
		return found
	}
	categories := map[string][]string{"en": {"one", "other"}, "ru": {"few", "many", "one", "other"}}
	for lang := range languages {
		if got, want := slices.Sorted(maps.Keys(texts[lang])), slices.Sorted(maps.Keys(texts[fallback])); !slices.Equal(got, want) {
			t.Errorf("%s has the events %v, want %v", lang, got, want)
		}
		for event, parts := range texts[fallback] {
			for _, part := range []string{"title", "body"} {
				have := texts[lang][event][part]
				plural := len(parts[part]) > 1
				want := []string{"other"}
				if plural {
					want = categories[lang]
				}
				if got := slices.Sorted(maps.Keys(have)); !slices.Equal(got, want) {
					t.Errorf("%s %s %s has the forms %v, want %v", lang, event, part, got, want)
				}
				for form, text := range have {
					if !slices.Equal(placeholders(text), placeholders(parts[part]["other"])) || strings.Count(text, "{") != len(placeholders(text)) {
						t.Errorf("%s %s %s %s has other placeholders: %s", lang, event, part, form, text)
					}
				}
			}
		}
	}
}

func TestSay(t *testing.T) {
	for _, c := range []struct {
		lang   string
		rating float64
		want   string
	}{
		{"en", 1, "A rated your greeting with 1 star"},
		{"en", 4.5, "A rated your greeting with 4.5 stars"},
		{"ru", 1, "Оценка от A: 1 звезда"},
		{"ru", 3, "Оценка от A: 3 звезды"},
		{"ru", 5, "Оценка от A: 5 звёзд"},
		{"ru", 4.5, "Оценка от A: 4,5 звезды"},
		{"", 2, "A rated your greeting with 2 stars"},
	} {
		if got := render(c.lang, "order.reviewed", "body", values{client: "A", rating: c.rating}); got != c.want {
			t.Errorf("%s %v: %q", c.lang, c.rating, got)
		}
	}
	// A nickname that looks like a placeholder stays as it is.
	if got := render("en", "order.created", "body", values{client: "{performer}", performer: "B"}); got != "{performer} asks you for a greeting" {
		t.Error(got)
	}
}

func TestBackoff(t *testing.T) {
	for tries, most := range map[int]int{0: 15, 1: 30, 5: 480, 6: 900, 60: 900} {
		for range 100 {
			if got := backoff(tries).Seconds(); got < float64(most)/3-1 || got > float64(most) {
				t.Fatalf("after %d tries: %v s, at most %d", tries, got, most)
			}
		}
	}
}

// Each sentence that the outbox gets has a short reason of its own, but what a service says of one push.
func TestWhy(t *testing.T) {
	sentences := regexp.MustCompile(`(?:Reason = |Reason: |, |return Misconfigured, )(?:fmt\.Sprintf\()?"([A-Z][^"]{15,})`)
	found, refused := 0, 0
	for _, name := range []string{"attempt.go", "fcm.go", "rustore.go", "sender.go"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range sentences.FindAllStringSubmatch(string(content), -1) {
			found++
			if Why(store.PushFailed, match[1]) == WhyRefused {
				refused++
				t.Log(match[1])
			}
		}
	}
	if found < 15 || refused > 3 {
		t.Errorf("%d sentences, of which %d have no reason", found, refused)
	}
	for _, c := range []struct{ state, sentence, want string }{
		{store.PushSent, "", ""}, {store.PushOff, "", WhyOff}, {store.PushHeld, "", WhyHeld}, {store.PushWaiting, "", WhyWaiting},
		{store.PushExpired, "It could not be sent in time.", WhyLate}, {store.PushExpired, "The device signed out.", WhySignedOut},
		{store.PushFailed, "The app was removed from the device, or its push token has changed.", WhyGone},
		{store.PushWaiting, "RuStore asked to wait: too many pushes.", WhyBusy}, {store.PushFailed, "RuStore refused the push (400): x", WhyRefused},
	} {
		if got := Why(c.state, c.sentence); got != c.want {
			t.Errorf("%s, %q: %s, want %s", c.state, c.sentence, got, c.want)
		}
	}
}
