package deskui_test

import (
	"io/fs"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/store"
	cases "github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/pb_public"
	"github.com/privet/privet/routes/testkit"
)

// files returns the desk's files by their names.
func files(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(pb_public.Desk(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			var content []byte
			content, err = fs.ReadFile(pb_public.Desk(), name)
			found[name] = string(content)
		}
		return err
	})
	if err != nil || found["main.js"] == "" {
		t.Fatal(err, len(found))
	}
	return found
}

// forbidden is what would read a user's text as markup or code, or load something of another host.
var forbidden = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe|srcdoc|document\.write|DOMParser|\beval\b|new Function|javascript:|` +
	`(?:https?:)?//[\w-]+\.[\w.]+`)

// kit is what PocketBase's dashboard offers to its extensions, beyond what all files may use.
var kit = regexp.MustCompile(`\bapp\.(\w+)`)

// selector is where a rule of a style sheet begins, with its first class.
var selector = regexp.MustCompile(`(?m)^\s*\.([\w-]+)`)

// No file of the desk makes markup of text or asks another host; main.js alone knows the dashboard's kit; each is short.
func TestFilesAreSafeAndSmall(t *testing.T) {
	for name, content := range files(t) {
		if found := forbidden.FindString(strings.ReplaceAll(content, "http://www.w3.org/2000/svg", "")); found != "" {
			t.Errorf("%s has %s", name, found)
		}
		if lines := strings.Count(content, "\n"); lines > 300 {
			t.Errorf("%s has %d lines", name, lines)
		}
		for _, used := range kit.FindAllStringSubmatch(content, -1) {
			if used[1] != "pb" && name != "main.js" && path.Ext(name) == ".js" {
				t.Errorf("%s uses app.%s", name, used[1])
			}
		}
		for _, class := range selector.FindAllStringSubmatch(content, -1) {
			if path.Ext(name) == ".css" && class[1] != "dk" && !strings.HasPrefix(class[1], "dk-") && class[1] != "app-header" {
				t.Errorf("%s has the class %s, which is the dashboard's", name, class[1])
			}
		}
	}
}

var (
	entry    = regexp.MustCompile(`(?m)^  "([^"]+)": \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\],$`)
	used     = regexp.MustCompile(`\bw\("([^"]+)"(,| \+)?|\bw\([^"()]*\? "([^"]+)" : "([^"]+)"`)
	prefix   = regexp.MustCompile(`\bw\("([^"]+)\." \+|\bw\(` + "`([\\w.-]+)\\.\\$\\{" + `|\b(?:known|has)\("([^"]+?)\.?"`)
	class    = regexp.MustCompile(`\.(dk-[\w-]+)`)
	holder   = regexp.MustCompile(`\{\w+\}`)
	cyrillic = regexp.MustCompile(`[а-яёА-ЯЁ]`)
)

// hasWords reports whether a file is a part of the dictionary.
func hasWords(name string) bool {
	return strings.HasPrefix(name, "dictionary") || name == "vocabulary.js"
}

// Each of the desk's words is there in both languages, with the same values in it and all forms of a number, and no page has words
// of its own.
func TestWordsAreWhole(t *testing.T) {
	all := files(t)
	words := map[string]bool{}
	for name, content := range all {
		if !hasWords(name) {
			continue
		}
		for _, found := range entry.FindAllStringSubmatch(content, -1) {
			key, english, russian := found[1], found[2], found[3]
			if words[key] {
				t.Errorf("%s: twice", key)
			}
			words[key] = true
			first := func(text string) string { return strings.Split(text, "|")[0] }
			if a, b := holder.FindAllString(first(english), -1), holder.FindAllString(first(russian), -1); len(a) != len(b) {
				t.Errorf("%s: %q and %q don't say the same", key, english, russian)
			}
			bars := strings.Count(russian, "|")
			if strings.Contains(english, "|") && strings.Count(english, "|") != 1 || bars != 0 && bars != 2 {
				t.Errorf("%s: %q, %q: forms of a number are missing", key, english, russian)
			}
		}
	}
	if len(words) < 300 {
		t.Fatal("found few words: ", len(words))
	}
	for name, content := range all {
		if hasWords(name) || path.Ext(name) != ".js" {
			continue
		}
		if name != "words.js" && cyrillic.MatchString(content) {
			t.Errorf("%s has words of its own", name)
		}
		for _, found := range used.FindAllStringSubmatch(content, -1) {
			keys := []string{found[1]}
			if found[1] == "" {
				keys = found[3:5]
			}
			for _, key := range keys {
				if found[2] == " +" || words[key] {
					continue
				}
				t.Errorf("%s uses %q, for which there are no words", name, key)
			}
		}
	}
}

// loggedAct is a request of the dashboard that the log has, with the name of the act.
var loggedAct = regexp.MustCompile(`(?m)^\t"[A-Z]+ /api/.*": +"([\w-]+)",$`)

// What the server says of pushes, mails, cases and acts has words: its own would be shown as they are.
func TestWordsOfTheServer(t *testing.T) {
	all := files(t)
	for prefix, list := range map[string][]string{
		"push":  {store.PushWaiting, store.PushSent, store.PushFailed, store.PushExpired, store.PushOff, store.PushHeld, "none"},
		"mail":  {store.MailPassword, store.MailProof, store.MailCase, store.MailDigest},
		"kind":  {cases.KindReport, cases.KindAppeal, cases.KindOverdue, cases.KindLow, cases.KindWord, cases.KindFirst, cases.KindBlocked},
		"kinds": {cases.KindReport, cases.KindAppeal, cases.KindOverdue, cases.KindLow, cases.KindWord, cases.KindFirst, cases.KindBlocked},
	} {
		for _, word := range list {
			if !strings.Contains(all["vocabulary.js"], `"`+prefix+"."+word+`": [`) {
				t.Errorf("there are no words for %s.%s", prefix, word)
			}
		}
	}
	requests, err := os.ReadFile("../../hooks/audit/requests.go")
	acts := loggedAct.FindAllStringSubmatch(string(requests), -1)
	if err != nil || len(acts) < 10 {
		t.Fatal(err, len(acts))
	}
	for _, act := range append(acts, []string{"", "outbox-release"}, []string{"", "outbox-discard"}, []string{"", "previews-retry"}) {
		if !strings.Contains(all["vocabulary.js"], `"did.`+act[1]+`": [`) {
			t.Errorf("there are no words for the act %s", act[1])
		}
	}
	for _, state := range []string{store.PushWaiting, store.PushHeld} {
		if !strings.Contains(all["timeline.js"], " "+state+`: ""`) {
			t.Errorf("the bell of a push that is %s is crossed out", state)
		}
	}
}

// No word and no class of a style sheet is left behind by the page that used it. Words of the server's are used by their prefix.
func TestNothingIsLeftBehind(t *testing.T) {
	all := files(t)
	var pages strings.Builder
	for name, content := range all {
		if path.Ext(name) == ".js" && !hasWords(name) {
			pages.WriteString(content)
		}
	}
	code := pages.String()
	prefixes := map[string]bool{}
	for _, found := range prefix.FindAllStringSubmatch(code, -1) {
		prefixes[found[1]+found[2]+found[3]] = true
	}
	isUsed := func(key string) bool {
		for at, char := range key {
			if char == '.' && prefixes[key[:at]] {
				return true
			}
		}
		return strings.Contains(code, `"`+key+`"`)
	}
	for name, content := range all {
		for _, found := range entry.FindAllStringSubmatch(content, -1) {
			if !isUsed(found[1]) {
				t.Errorf("%s: nothing uses the words %q", name, found[1])
			}
		}
		if path.Ext(name) != ".css" {
			continue
		}
		for _, found := range class.FindAllStringSubmatch(content, -1) {
			if !regexp.MustCompile(regexp.QuoteMeta(found[1]) + `(?:[^\w-]|$)`).MatchString(code) {
				t.Errorf("%s: nothing uses the class %q", name, found[1])
			}
		}
	}
}

// After an upgrade no browser keeps the old desk: its files are asked for anew each time. They are no pages of the site.
func TestFilesAreNeverStale(t *testing.T) {
	s := testkit.Start(t)
	for _, file := range []string{"/_/extensions.js", "/_/extensions/privet/queue.js", "/_/extensions/privet/desk.css"} {
		answer := s.Request(http.MethodGet, file).Do().Want(http.StatusOK)
		tag := answer.Header.Get("ETag")
		if answer.Header.Get("Cache-Control") != "no-cache" || tag == "" {
			t.Errorf("%s: %v", file, answer.Header)
		}
		for _, known := range []string{tag, strings.TrimPrefix(tag, "W/"), `"other", ` + tag} {
			if again := s.Request(http.MethodGet, file).Header("If-None-Match", known).Do().Want(http.StatusNotModified); len(again.Body) != 0 {
				t.Errorf("%s: a 304 with %d bytes", file, len(again.Body))
			}
		}
		s.Request(http.MethodGet, file).Header("If-None-Match", `W/"older"`).Do().Want(http.StatusOK)
	}
	if answer := s.Request(http.MethodGet, "/_/").Do().Want(http.StatusOK); answer.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("the dashboard's page: %v", answer.Header)
	}
	for _, page := range []string{"/desk/main.js", "/main.js", "/desk/desk.css"} {
		s.Request(http.MethodGet, page).Do().Want(http.StatusNotFound)
	}
}
