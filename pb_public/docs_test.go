package pb_public_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"

	"github.com/chromedp/chromedp"
)

// readDocument returns a file of docs.
func readDocument(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// The documents are pages, and files as they are, of which browsers ask anew whether they have changed. The rest is not there.
func TestDocuments(t *testing.T) {
	s := testkit.Start(t)
	for _, path := range []string{"/docs", "/docs/", "/docs/backup", "/docs/decisions/outbox", "/docs/operators-ru"} {
		answer := s.Get(path).Do().Want(200)
		if kind := answer.Header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
			t.Errorf("%s is %s", path, kind)
		}
		if policy := answer.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'self';") || strings.Contains(policy, "script") {
			t.Errorf("%s has the policy %s", path, policy)
		}
		s.Get(path).Header("If-None-Match", answer.Header.Get("ETag")).Do().Want(304)
	}
	for _, path := range []string{"/docs/README.md", "/docs/publishing.md", "/docs/decisions/outbox.md"} {
		if kind := s.Get(path).Do().Want(200).Header.Get("Content-Type"); kind != "text/plain; charset=utf-8" {
			t.Errorf("%s is %s", path, kind)
		}
	}
	for _, path := range []string{"/docs/nope", "/docs/decisions", "/docs/README", "/docs/backup/", "/docs/nope.md"} {
		s.Get(path).Do().Want(404)
	}
}

// The table of settings has each variable that the server reads, and neither the documents nor the README name another.
func TestDocumentedSettings(t *testing.T) {
	table := readDocument(t, "settings.md")
	for _, line := range strings.Split(strings.TrimSpace(settings.Help()), "\n") {
		if name := strings.Fields(line)[0]; !regexp.MustCompile(`(?m)^\| [^|]*` + "`" + name + "`").MatchString(table) {
			t.Errorf("the table of settings lacks %s", name)
		}
	}
	for _, file := range append(documents(t), "../README.md") {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`PRIVET_[A-Z0-9_]+`).FindAllString(string(content), -1) {
			if err := settings.CheckNames([]string{name + "=x"}); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// The page on publishing names only endpoints and an address for the stores that there are.
func TestPublishing(t *testing.T) {
	s := testkit.Start(t)
	page := readDocument(t, "publishing.md")
	specification, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range regexp.MustCompile("`((?:auth|user|order)/[a-z/-]+)`").FindAllStringSubmatch(page, -1) {
		if !strings.Contains(string(specification), "/api/v1/"+endpoint[1]+":") && endpoint[1] != "auth/revoke" { // Apple's
			t.Errorf("there is no %s", endpoint[1])
		}
	}
	if !strings.Contains(string(s.Get("/account").Do().Want(200).Body), `id="deletion"`) || !strings.Contains(page, "/account#deletion") {
		t.Error("the address for the stores has no target")
	}
}

// Operators find the commands in both languages.
func TestDocumentedCommands(t *testing.T) {
	english := readDocument(t, "commands.md") + readDocument(t, "backup.md")
	russian := readDocument(t, "operators-ru.md")
	for _, name := range []string{"backup", "restore", "doctor", "outbox release", "outbox discard", "user list", "user ban", "user unban", "user erase", "previews retry", "test mail", "test push"} {
		if !strings.Contains(english, name) || !strings.Contains(russian, name) {
			t.Errorf("no page in one of the languages has %s", name)
		}
	}
}

// The documents fit the screens of phones and desktops, follow the colour scheme, and can be read by everybody.
func TestDocumentsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s := testkit.Start(t)
	b := browser.Open(t)
	folder := browser.Screenshots(t)
	for _, screen := range screens {
		screen.use(b)
		for _, page := range []string{"/docs", "/docs/settings", "/docs/first-order", "/docs/security", "/docs/decisions/outbox"} {
			b.Do(chromedp.Navigate(s.URL + page))
			b.Until(`document.readyState === 'complete'`)
			screen.want(t, b, page, darkBackground)
			if page == "/docs/security" {
				b.WantAccessible()
			}
			b.Capture(folder, "docs-"+screen.name+strings.ReplaceAll(page, "/", "-")+".png")
		}
	}
	b.WantLoopback()
}
