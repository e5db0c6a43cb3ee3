package mail

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"github.com/privet/privet/hooks/store"
)

// files holds texts/, with one file of texts per language, and the layout of HTML.
//
//go:embed texts
var files embed.FS

// text is what a mail of one kind says. Its placeholders, such as {app}, are replaced.
type text struct {
	Subject string   `json:"subject"`
	Before  []string `json:"before"` // the paragraphs before the link
	Link    string   `json:"link"`   // what is to be pressed; the address follows as text
	After   []string `json:"after"`
	Contact string   `json:"contact"` // the last paragraph, where there is a contact
}

// texts maps language → kind → text.
var texts = load()

func load() map[string]map[string]text {
	all := map[string]map[string]text{}
	for _, language := range []string{"en", "ru"} {
		content, err := files.ReadFile("texts/" + language + ".json")
		if err == nil {
			var kinds map[string]text
			if err = json.Unmarshal(content, &kinds); err == nil {
				all[language] = kinds
			}
		}
		if err != nil {
			panic(fmt.Sprintf("mail: texts/%s.json: %v", language, err)) // the files are embedded: any test finds it
		}
	}
	return all
}

// layout is the HTML of all mails. It sets no colours, so that mail programs show it in light and dark as they show any mail.
var layout = template.Must(template.ParseFS(files, "texts/layout.html"))

// body is a mail as its reader sees it.
type body struct{ subject, text, html string }

// render returns a mail's text. link is "" where it has none, contact where none is known.
func render(m *store.MailContent, app, link, contact string) (*body, error) {
	said, known := texts[m.Language][m.Kind]
	if !known {
		return nil, fmt.Errorf("%w: there is no text of the kind %q in the language %q", errUnsendable, m.Kind, m.Language)
	}
	replaced := []string{"{app}", oneLine(app), "{contact}", contact}
	values := map[string]string{}
	if err := json.Unmarshal([]byte(m.Data), &values); err != nil {
		return nil, fmt.Errorf("%w: its data: %w", errUnsendable, err)
	}
	for name, value := range values {
		replaced = append(replaced, "{"+name+"}", value)
	}
	fill := strings.NewReplacer(replaced...).Replace
	var page struct {
		Language, Subject, Label, Link string
		Before, After                  []string
	}
	page.Language, page.Subject, page.Link = m.Language, fill(said.Subject), link
	for _, paragraph := range said.Before {
		page.Before = append(page.Before, fill(paragraph))
	}
	page.Label = fill(said.Link)
	for _, paragraph := range said.After {
		page.After = append(page.After, fill(paragraph))
	}
	if contact != "" {
		page.After = append(page.After, fill(texts[m.Language]["every"].Contact))
	}
	var html strings.Builder
	if err := layout.ExecuteTemplate(&html, "layout.html", page); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnsendable, err)
	}
	paragraphs := page.Before
	if link != "" {
		paragraphs = append(paragraphs, link)
	}
	paragraphs = append(paragraphs, page.After...)
	return &body{page.Subject, strings.Join(paragraphs, "\n\n") + "\n", html.String()}, nil
}

// oneLine returns a text without line breaks, as a subject may have none.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// pathOf returns the path that a mail leads to by its data, "" for none.
func pathOf(data string) string {
	var values struct{ Path string }
	_ = json.Unmarshal([]byte(data), &values) // render says what is wrong
	return values.Path
}
