package settings

import "testing"

// A contact is an e-mail or a web address.
func TestContact(t *testing.T) {
	for _, contact := range []string{"help@example.com", "https://example.com/help?lang=ru#top", "поддержка@пример.рф"} {
		s, err := Read(env("PRIVET_CONTACT", contact, "PRIVET_TERMS_URL", "https://example.com/terms?v=2"))
		if err != nil || s.Contact != contact || s.TermsURL != "https://example.com/terms?v=2" {
			t.Errorf("%s: %+v %v", contact, s, err)
		}
	}
	for _, wrong := range []string{"help@example", "Help <help@example.com>", "a@example.com, b@example.com", `https://example.com/"><script>`, "https://a@example.com"} {
		if _, err := Read(env("PRIVET_CONTACT", wrong)); err == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

// Mail servers want a name of those who send.
func TestMailName(t *testing.T) {
	for public, want := range map[string]string{"": "localhost", "https://api.example.com:8443/privet": "api.example.com", "http://127.0.0.1:8090": "[127.0.0.1]",
		"http://[::1]:8090": "[IPv6:::1]", "https://привет.рф": "xn--b1agh1afp.xn--p1ai"} {
		if got := (&Settings{PublicURL: public}).MailName(); got != want {
			t.Errorf("%s: %s, want %s", public, got, want)
		}
	}
}
