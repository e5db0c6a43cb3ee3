package mail

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/store"
)

// Both languages have all texts, with the same placeholders.
func TestTextsAreComplete(t *testing.T) {
	for language, kinds := range texts {
		if got, want := slices.Sorted(maps.Keys(kinds)), slices.Sorted(maps.Keys(texts["en"])); !slices.Equal(got, want) {
			t.Errorf("%s has the kinds %v, want %v", language, got, want)
		}
		for kind, said := range kinds {
			other := texts["en"][kind]
			for name, pair := range map[string][2]string{"subject": {said.Subject, other.Subject}, "link": {said.Link, other.Link}, "contact": {said.Contact, other.Contact},
				"before": {strings.Join(said.Before, " "), strings.Join(other.Before, " ")}, "after": {strings.Join(said.After, " "), strings.Join(other.After, " ")}} {
				if (pair[0] == "") != (pair[1] == "") || strings.Count(pair[0], "{app}") != strings.Count(pair[1], "{app}") {
					t.Errorf("%s %s %s: %q, in English %q", language, kind, name, pair[0], pair[1])
				}
			}
		}
	}
}

// What an operator has written is text in the HTML, and no line of its own in the subject.
func TestRender(t *testing.T) {
	got, err := render(&store.MailContent{Kind: store.MailProof, Language: "ru", Data: "null"}, "<b>A</b>\r\nBcc: x", "https://example.com/account?a=1&token=t", "https://example.com/?a=<script>")
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(got.subject, "\r\n") || strings.Contains(got.html, "<b>A") || strings.Contains(got.html, "<script>") {
		t.Errorf("%+v", got)
	}
	if strings.Count(got.html, "https://example.com/account?a=1&amp;token=t") != 2 || strings.Count(got.text, "\nhttps://example.com/account?a=1&token=t\n") != 1 {
		t.Errorf("the link: %+v", got)
	}
	if _, err := render(&store.MailContent{Kind: "none", Language: "ru", Data: "null"}, "A", "", ""); err == nil {
		t.Error("a kind without a text is rendered")
	}
}

func TestRedact(t *testing.T) {
	const token = "spByWaJSn4f3zS79ujVX5jYvsnj2CaPjziQmI9CKbc720ef9"
	for text, want := range map[string]string{
		"550 <a.b@example.com>: unknown":                       "550 <…>: unknown",
		"550 A.B@EXAMPLE.COM is unknown,\r\nsays x@other.test": "550 … is unknown, says …",
		"554 bad link https://h/account?token=" + token:        "554 bad link https://h/account?token=…",
		"550 \xff broken": "550 � broken",
	} {
		if got := redact(text, "a.b@example.com", token); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := redact(strings.Repeat("ы", 2000), "a@b.c", ""); len([]rune(got)) > 501 {
		t.Errorf("%d characters", len([]rune(got)))
	}
}
