package pb_public_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// The page on publishing can be read in a browser, and names only endpoints, settings and pages that there are.
func TestPublishing(t *testing.T) {
	s := testkit.Start(t)
	answer := s.Get("/docs/publishing.md").Do().Want(200)
	if kind := answer.Header.Get("Content-Type"); kind != "text/plain; charset=utf-8" {
		t.Errorf("it is %s", kind)
	}
	page := string(answer.Body)
	specification, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range regexp.MustCompile("`((?:auth|user|order)/[a-z/-]+)`").FindAllStringSubmatch(page, -1) {
		if !strings.Contains(string(specification), "/api/v1/"+endpoint[1]+":") && endpoint[1] != "auth/revoke" { // Apple's
			t.Errorf("there is no %s", endpoint[1])
		}
	}
	for _, name := range regexp.MustCompile(`PRIVET_[A-Z_]+`).FindAllString(page, -1) {
		if err := settings.CheckNames([]string{name + "=x"}); err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(string(s.Get("/account").Do().Want(200).Body), `id="deletion"`) || !strings.Contains(page, "/account#deletion") {
		t.Error("the address for the stores has no target")
	}
}
