package pb_public_test

import (
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/pb_public"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/ui"
)

var (
	entry       = regexp.MustCompile(`(?m)^  "([^"]+)": \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\],$`)
	placeholder = regexp.MustCompile(`\\\{\w+\\\}`)
	element     = regexp.MustCompile(`<(b|q|kbd)((?: \w+="\w+")*)>([^<]+)</`)
)

// read returns the content of all files of a file system whose names match a pattern.
func read(t *testing.T, files fs.FS, pattern string) string {
	t.Helper()
	names, err := fs.Glob(files, pattern)
	if err != nil || len(names) == 0 {
		t.Fatal(pattern, err)
	}
	var all strings.Builder
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}

// deskLabels returns, for each language, a pattern for all words that the desk shows: with any value in place of {name}, in any form of a
// number, and with "…" at the end of what opens a dialog.
func deskLabels(t *testing.T) map[string]*regexp.Regexp {
	t.Helper()
	words := map[string][]string{}
	for _, found := range entry.FindAllStringSubmatch(read(t, pb_public.Desk(), "*.js"), -1) {
		for i, language := range []string{"en", "ru"} {
			for form := range strings.SplitSeq(found[i+2], "|") {
				words[language] = append(words[language], placeholder.ReplaceAllString(regexp.QuoteMeta(strings.TrimSuffix(form, "…")), ".{1,30}"))
			}
		}
	}
	if len(words["ru"]) < 300 {
		t.Fatal("found few words: ", len(words["ru"]))
	}
	labels := map[string]*regexp.Regexp{}
	for language, list := range words {
		labels[language] = regexp.MustCompile(`^(?:` + strings.Join(list, "|") + `)$`)
	}
	return labels
}

// keys are the keys that the guide names, and by what the desk's files know them.
var keys = map[string]string{"↑": "ArrowUp", "↓": "ArrowDown", "←": "ArrowLeft", "→": "ArrowRight", "Enter": `"Enter"`, "Esc": "Escape", "Ctrl K": `"KeyK"`,
	"Ctrl Enter": `"Enter" && (event.ctrlKey`, "1": "Digit[1-4]", "4": "Digit[1-4]", "9": "Digit[1-9]"}

// What the guide calls a button, a label or a message is called so by the desk, in the language of the page: in <b> the words of the desk's
// dictionaries, or with the class stock those of PocketBase's dashboard, in <q> messages of the dictionaries or the server, in <kbd> keys.
func TestWordsOfTheGuide(t *testing.T) {
	s := testkit.Start(t)
	labels := deskLabels(t)
	code := read(t, pb_public.Desk(), "*.js")
	dashboard := read(t, ui.DistDirFS, "assets/*.js")
	var server strings.Builder
	for _, pattern := range []string{"../hooks/desk/*.go", "../routes/desk/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			server.Write(content)
		}
	}
	for language, page := range guidePages(t, s) {
		count := 0
		for _, found := range element.FindAllStringSubmatch(page, -1) {
			tag, class, text := found[1], found[2], strings.Join(strings.Fields(html.UnescapeString(found[3])), " ")
			count++
			known := false
			switch beginning, isCut := strings.CutSuffix(text, "…"); {
			case strings.Contains(class, `"name"`): // of the service
				known = true
			case strings.Contains(class, `"stock"`):
				known = strings.Contains(dashboard, "`"+text+"`") || strings.Contains(dashboard, `"`+text+`"`)
			case tag == "kbd":
				known = keys[text] != "" && strings.Contains(code, keys[text]) || text == "Пробел" && language == "ru" || text == "Space" && language == "en"
			case tag == "q" && isCut:
				known = strings.Contains(server.String(), `"`+strings.TrimSpace(beginning))
			case tag == "q":
				known = labels[language].MatchString(text) || strings.Contains(server.String(), `"`+text+`"`)
			default:
				known = labels[language].MatchString(text)
			}
			if !known {
				t.Errorf("%s: nothing is called %q", language, text)
			}
		}
		if count < 150 {
			t.Errorf("%s names %d labels", language, count)
		}
	}
	if !slices.Contains(strings.Split(labels["ru"].String(), "|"), "Пробел") || !strings.Contains(labels["en"].String(), "|Space|") {
		t.Error("the desk has another name for the space bar")
	}
}
