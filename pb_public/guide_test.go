package pb_public_test

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"

	"github.com/chromedp/chromedp"
	"golang.org/x/image/webp"
)

// Limits of the guide's pictures, in bytes.
const (
	maxPicture  = 60_000
	maxPictures = 1_000_000
)

// guidePages are the guide by its languages.
func guidePages(t *testing.T, s *testkit.Server) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for _, language := range []string{"en", "ru"} {
		answer := s.Get("/guide?lang=" + language).Do().Want(200)
		if kind := answer.Header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
			t.Errorf("it is %s", kind)
		}
		pages[language] = string(answer.Body)
	}
	return pages
}

// The guide is in the language of the reader, or in the one that they choose. It loads nothing of other hosts and no script, its links
// have targets, and both languages have the same sections.
func TestGuide(t *testing.T) {
	s := testkit.Start(t)
	pages := guidePages(t, s)
	for _, path := range []string{"/guide", "/guide/", "/guide/index.html"} {
		for header, language := range map[string]string{"": "en", "de, en": "en", "ru-RU,ru;q=0.9,en;q=0.8": "ru"} {
			answer := s.Get(path).Header("Accept-Language", header).Do().Want(200)
			if string(answer.Body) != pages[language] || !strings.Contains(strings.Join(answer.Header.Values("Vary"), ","), "Accept-Language") {
				t.Errorf("%s for %q is not in %s, or may be cached for others", path, header, language)
			}
		}
	}
	if page := s.Get("/guide?lang=en").Header("Accept-Language", "ru").Do().Want(200); string(page.Body) != pages["en"] {
		t.Error("the choice of a language does not count")
	}
	sections := map[string][][]string{}
	for language, html := range pages {
		if !strings.Contains(html, `<html lang="`+language+`">`) {
			t.Errorf("it has no %s", language)
		}
		if foreign := regexp.MustCompile(`(?i)(https?:|["'(]//)[^\s"']*|<script`).FindAllString(html, -1); len(foreign) > 0 {
			t.Errorf("it loads %q", foreign)
		}
		for _, name := range regexp.MustCompile(`(?:src|href)="(/[\w./?=-]+)"`).FindAllStringSubmatch(html, -1) {
			if name[1] != "/_/" { // PocketBase's
				s.Get(name[1]).Do().Want(200)
			}
		}
		for _, link := range regexp.MustCompile(`href="#([\w-]+)"`).FindAllStringSubmatch(html, -1) {
			if strings.Count(html, `id="`+link[1]+`"`) != 1 {
				t.Errorf("#%s has no target", link[1])
			}
		}
		sections[language] = regexp.MustCompile(`id="([\w-]+)"|src="/guide/([\w-]+)`).FindAllStringSubmatch(html, -1)
	}
	if !slices.EqualFunc(sections["en"], sections["ru"], slices.Equal) {
		t.Errorf("the languages differ: %v, %v", sections["en"], sections["ru"])
	}
	if css := string(s.Get("/guide/guide.css").Do().Want(200).Body); regexp.MustCompile(`https?:|url\(|import`).MatchString(css) {
		t.Error("its style sheet loads something")
	}
}

var picture = regexp.MustCompile(`<a href="/guide/([\w.-]+)"><img src="/guide/([\w.-]+)" width="(\d+)" height="(\d+)" loading="lazy" alt="([^"]+)"></a>`)

// Each picture of the guide is there, in the language of its page, small, of the size that the page says, and none is left over.
func TestPicturesOfTheGuide(t *testing.T) {
	s := testkit.Start(t)
	used := map[string]bool{}
	total := 0
	for language, html := range guidePages(t, s) {
		found := picture.FindAllStringSubmatch(html, -1)
		if len(found) != strings.Count(html, "<img") {
			t.Errorf("%s: %d pictures are written as others are", language, len(found))
		}
		for _, p := range found {
			if p[1] != p[2] || strings.Count(p[1], ".") == 2 && !strings.HasSuffix(p[1], "."+language+".webp") {
				t.Errorf("%s has %s and %s", language, p[1], p[2])
			}
			answer := s.Get("/guide/" + p[2]).Do().Want(200)
			size, err := webp.DecodeConfig(bytes.NewReader(answer.Body))
			if err != nil || answer.Header.Get("Content-Type") != "image/webp" || p[3] != strconv.Itoa(size.Width) || p[4] != strconv.Itoa(size.Height) {
				t.Errorf("%s: %v, %v, not %s×%s: make the pictures anew (guide_pictures_test.go)", p[2], err, size, p[3], p[4])
			}
			if len(answer.Body) > maxPicture {
				t.Errorf("%s takes %d bytes", p[2], len(answer.Body))
			}
			if !used[p[2]] {
				total += len(answer.Body)
			}
			used[p[2]] = true
		}
	}
	if total > maxPictures {
		t.Errorf("the pictures take %d bytes", total)
	}
	files, err := filepath.Glob("guide/*.*")
	if err != nil || len(used) < 20 {
		t.Fatal(err, len(used))
	}
	for _, file := range files {
		if name := filepath.Base(file); !used[name] && filepath.Ext(name) != ".html" && filepath.Ext(name) != ".css" {
			t.Errorf("%s is in no page", name)
		}
	}
}

// The guide fits the screens of phones and desktops, follows the colour scheme, and is accessible.
func TestGuideInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s := testkit.Start(t)
	b := browser.Open(t)
	folder := browser.Screenshots(t)
	for _, screen := range allScreens {
		screen.use(b)
		for _, language := range []string{"ru", "en"} {
			b.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(s.URL+"/guide?lang="+language+"#ban"))
			b.Until(`document.readyState === 'complete' && Math.abs(document.getElementById('ban').getBoundingClientRect().top) < 200`)
			screen.want(t, b, language, darkBackground)
			b.Capture(folder, "guide-"+screen.name+"-"+language+".png")
		}
		b.WantAccessible()
	}
	b.WantLoopback()
}
