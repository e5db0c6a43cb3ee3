package push

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// files holds texts/, with one file of texts per language. A text may have plural forms, by the categories of Unicode's
// CLDR; the rating is the number that selects one.
//
//go:embed texts/*.json
var files embed.FS

// fallback is the language of devices that asked for none of the languages.
const fallback = "en"

var languages = map[string]language.Tag{"en": language.English, "ru": language.Russian}

// forms holds the plural forms of a text by category; a text without plurals has "other" alone.
type forms map[string]string

// UnmarshalJSON implements json.Unmarshaler: a plain string is a text without plurals.
func (f *forms) UnmarshalJSON(b []byte) error {
	var plain string
	if json.Unmarshal(b, &plain) == nil {
		*f = forms{"other": plain}
		return nil
	}
	return json.Unmarshal(b, (*map[string]string)(f))
}

// texts maps language → event → part (title, body) → forms.
var texts = load()

func load() map[string]map[string]map[string]forms {
	all := map[string]map[string]map[string]forms{}
	for name := range languages {
		content, err := files.ReadFile("texts/" + name + ".json")
		if err == nil {
			var parts map[string]map[string]forms
			if err = json.Unmarshal(content, &parts); err == nil {
				all[name] = parts
			}
		}
		if err != nil {
			panic(fmt.Sprintf("push: texts/%s.json: %v", name, err)) // the files are embedded: any test finds it
		}
	}
	return all
}

// values fill the placeholders of a text.
type values struct {
	client, performer string
	rating            float64
	warning           string
}

// render returns the title or the body of an event's text, with its placeholders replaced.
func render(lang, event, part string, v values) string {
	if texts[lang] == nil {
		lang = fallback
	}
	choice := texts[lang][event][part]
	text, ok := choice[category(lang, v.rating)]
	if !ok {
		text = choice["other"]
	}
	return strings.NewReplacer("{client}", v.client, "{performer}", v.performer, "{warning}", v.warning, "{rating}", decimal(v.rating, lang)).Replace(text)
}

// decimal formats a rating with the language's decimal separator.
func decimal(n float64, lang string) string {
	s := strconv.FormatFloat(n, 'f', -1, 64)
	if lang == "ru" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// category returns the plural category of a number in a language.
func category(lang string, n float64) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(n, 'f', -1, 64), ".")
	i, _ := strconv.Atoi(whole)
	f, _ := strconv.Atoi(fraction[:min(len(fraction), 9)])
	form := plural.Cardinal.MatchPlural(languages[lang], i, len(fraction), len(fraction), f, f)
	return map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two",
		plural.Few: "few", plural.Many: "many", plural.Other: "other"}[form]
}
