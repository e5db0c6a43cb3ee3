package access

import (
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

// maxLanguages is how much of an Accept-Language is read, in bytes.
const maxLanguages = 1000

// languages are those of the pushes. The first is the default.
var languages = language.NewMatcher([]language.Tag{language.English, language.Russian})

// Language returns the language of a device's pushes, by Accept-Language: "ru" or "en". An item of the list that can't
// be read is skipped, and does not spoil the others. A locale of POSIX ("ru_RU.UTF-8") is read as well.
func Language(header http.Header) string {
	list := strings.Join(header.Values("Accept-Language"), ",")
	if len(list) > maxLanguages {
		list = list[:strings.LastIndexByte(list[:maxLanguages], ',')+1]
	}
	var readable []string
	for item := range strings.SplitSeq(list, ",") {
		tag, weight, _ := strings.Cut(item, ";")
		if end := strings.IndexAny(tag, ".@"); end >= 0 {
			tag = tag[:end]
		}
		if weight != "" {
			tag += ";" + weight
		}
		if tags, _, err := language.ParseAcceptLanguage(tag); err == nil && len(tags) > 0 {
			readable = append(readable, tag)
		}
	}
	tags, _, err := language.ParseAcceptLanguage(strings.Join(readable, ","))
	if err != nil {
		return "en"
	}
	if _, i, _ := languages.Match(tags...); i == 1 {
		return "ru"
	}
	return "en"
}
