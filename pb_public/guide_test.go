package pb_public_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"

	"github.com/chromedp/chromedp"
)

// maxGuideSize is the limit of the guide's files in bytes.
const maxGuideSize = 1_500_000

// The guide has both languages and all its pictures, names no other host, and its internal links have targets.
func TestGuide(t *testing.T) {
	s := testkit.Start(t)
	answer := s.Get("/guide").Do().Want(200)
	html := string(answer.Body)
	if slashed := s.Get("/guide/").Do().Want(200); string(slashed.Body) != html {
		t.Error("/guide/ is a different page")
	}
	if kind := answer.Header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
		t.Errorf("it is %s", kind)
	}
	for _, language := range []string{"ru", "en"} {
		if !strings.Contains(html, `<section id="`+language+`" lang="`+language+`">`) {
			t.Errorf("it has no %s", language)
		}
	}
	if foreign := regexp.MustCompile(`(?i)(https?:|["'(]//)[^\s"']*`).FindAllString(html, -1); len(foreign) > 0 {
		t.Errorf("it names other hosts: %q", foreign)
	}
	total, pictures := len(html), map[string]int{}
	for _, name := range regexp.MustCompile(`(?:src|href)="(/[\w./-]+)"`).FindAllStringSubmatch(html, -1) {
		if name[1] == "/_/" {
			continue // PocketBase's
		}
		file := s.Get(name[1]).Do().Want(200)
		if pictures[name[1]]++; pictures[name[1]] == 1 {
			total += len(file.Body)
		}
		if strings.HasSuffix(name[1], ".css") || strings.HasSuffix(name[1], ".js") {
			if regexp.MustCompile(`https?:|url\(|import`).Match(file.Body) {
				t.Errorf("%s loads something", name[1])
			}
		}
	}
	if total > maxGuideSize {
		t.Errorf("it takes %d bytes", total)
	}
	files, err := filepath.Glob("guide/*.png")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if pictures["/guide/"+filepath.Base(file)] != 4 { // the picture and the link to it, in each language
			t.Errorf("%s is in the guide %d times", file, pictures["/guide/"+filepath.Base(file)])
		}
	}
	for _, link := range regexp.MustCompile(`href="#([\w-]+)"`).FindAllStringSubmatch(html, -1) {
		if strings.Count(html, `id="`+link[1]+`"`) != 1 {
			t.Errorf("#%s has no target", link[1])
		}
	}
}

// The guide shows one language at a time: the browser's, or without scripts the one in the URL. It fits the screens of
// phones and desktops, and follows the colour scheme.
func TestGuideInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s := testkit.Start(t)
	b := browser.Open(t)
	folder := browser.Screenshots(t)
	const russian, english = `document.getElementById('ru').checkVisibility()`, `document.getElementById('en').checkVisibility()`
	want := func(visible, hidden string) {
		t.Helper()
		b.Until(`document.readyState === 'complete' && ` + visible + ` && !` + hidden)
	}
	b.Do(chromedp.Navigate(s.URL + "/guide"))
	b.Until(`(window.spoken = navigator.language, true)`)
	if b.Evaluate(`spoken.startsWith('ru')`) {
		want(russian, english)
	} else {
		want(english, russian)
	}
	b.Click(`document.querySelector('header a[hreflang=ru]')`)
	want(russian, english)
	b.Until(`document.documentElement.lang === 'ru'`)
	b.DisableScripts()
	for _, address := range []string{"/guide", "/guide#ru-people", "/guide#ru"} {
		b.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(s.URL+address))
		want(russian, english)
	}
	for _, address := range []string{"/guide#en", "/guide#en-people"} {
		b.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(s.URL+address))
		want(english, russian)
	}
	for _, screen := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"guide-phone-light", 390, 844, "light"}, {"guide-phone-dark", 390, 844, "dark"}, {"guide-desktop-light", 1400, 1000, "light"}, {"guide-desktop-dark", 1400, 1000, "dark"}} {
		b.ColorScheme(screen.scheme)
		for _, anchor := range []string{"ru", "en-people"} {
			b.Do(chromedp.EmulateViewport(screen.width, screen.height), chromedp.Navigate("about:blank"), chromedp.Navigate(s.URL+"/guide#"+anchor))
			b.Until(`document.readyState === 'complete'`)
			if b.Evaluate(`document.documentElement.scrollWidth > innerWidth`) {
				t.Errorf("%s %s: it is wider than the screen", screen.name, anchor)
			}
			if dark := b.Evaluate(`getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)'`); dark != (screen.scheme == "dark") {
				t.Errorf("%s %s: dark %t", screen.name, anchor, dark)
			}
			b.Capture(folder, screen.name+"-"+anchor+".png")
		}
	}
	b.WantLoopback()
}
