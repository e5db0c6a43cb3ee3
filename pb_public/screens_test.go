package pb_public_test

import (
	"testing"

	"github.com/privet/privet/routes/testkit/browser"
)

// screen is what a browser pretends to be: a size in pixels, and the colour scheme that its user prefers.
type screen struct {
	name          string
	width, height int64
	scheme        string
}

// screens are a phone and a desktop, each in one scheme; allScreens are both in both.
var (
	screens    = []screen{{"phone-dark", 390, 844, "dark"}, {"desktop-light", 1400, 1000, "light"}}
	allScreens = append(screens, screen{"phone-light", 390, 844, "light"}, screen{"desktop-dark", 1400, 1000, "dark"})
)

// darkBackground reports whether a page without scripts is dark.
const darkBackground = `getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)'`

// use makes a browser pretend to be the screen.
func (s screen) use(b *browser.Browser) {
	b.ColorScheme(s.scheme)
	b.Size(s.width, s.height)
}

// want fails the test if the page that is shown is wider than the screen, or has another colour scheme. isDark is the expression that
// reports whether the page is dark.
func (s screen) want(t *testing.T, b *browser.Browser, what, isDark string) {
	t.Helper()
	if b.Evaluate(`document.documentElement.scrollWidth > innerWidth`) {
		t.Errorf("%s %s: it is wider than the screen", s.name, what)
	}
	if dark := b.Evaluate(isDark); dark != (s.scheme == "dark") {
		t.Errorf("%s %s: dark %t", s.name, what, dark)
	}
}
