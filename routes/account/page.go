package account

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/privet/privet/hooks/mail"
	"github.com/privet/privet/hooks/store"
)

//go:embed account.css
var css string

//go:embed account.html
var pages string

//go:embed en.html
var english string

//go:embed ru.html
var russian string

// templates are the pages, by language.
var templates = map[string]*template.Template{"en": parse("en", english), "ru": parse("ru", russian)}

func parse(language, texts string) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"t":     func(key string) (string, error) { return text(language, key) },
		"style": func() template.CSS { return template.CSS(css) },
	}).Parse(pages + texts))
}

// contentSecurityPolicy allows the page its own style, by its hash, its icon, and forms to this server.
var contentSecurityPolicy = func() string {
	sum := sha256.Sum256([]byte(css))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src 'self'; form-action 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'"
}()

// view is what a page shows.
type view struct {
	name    string // of the template
	Heading string // a key of texts, as Message is
	Message string
	Problem bool // the message is one of something that went wrong

	Lang, App            string
	Contact, ContactLink string // whom to write to; ContactLink is "" if Contact is neither an address of mail nor of a page
	Terms                string // address
	Mail                 bool   // links can be mailed
	Email                string // what was typed, or the account's
	Text                 string // of an appeal that was refused
	Link                 string // the token of a mailed link
	Session              string // the token of who is signed in
	Ban                  *ban
	Counts               store.ErasureCounts
}

// ban is what somebody who is banned may know of it.
type ban struct {
	Until    string // "" for a ban without an end
	Reason   string
	Appealed bool // there was an appeal
}

// render answers with a page.
func (v *visit) render(status int, shown view) error {
	shown.Lang, shown.App = v.language, v.event.App.Settings().Meta.AppName
	if shown.Session == "" && shown.Link == "" { // else other sites are not linked to: nothing that is secret is a click from them
		shown.Contact, shown.ContactLink, shown.Terms = v.Settings.Contact, contactLink(v.Settings.Contact), v.Settings.TermsURL
	}
	shown.Mail = mail.Of(v.event.App).On()
	var body bytes.Buffer
	if err := templates[v.language].ExecuteTemplate(&body, shown.name, shown); err != nil {
		return err
	}
	header := v.event.Response.Header()
	for name, value := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Content-Language": v.language, "Content-Length": strconv.Itoa(body.Len()),
		"Content-Security-Policy": contentSecurityPolicy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		header.Set(name, value)
	}
	header.Add("Vary", "Accept-Language")
	if shown.name != "home" || shown.Message != "" {
		header.Set("X-Robots-Tag", "noindex")
	}
	v.event.Response.WriteHeader(status)
	if v.req.Method != http.MethodHead {
		_, _ = v.event.Response.Write(body.Bytes()) // fails if the client has gone
	}
	return nil
}

// contactLink returns the address of a link to whom to write to.
func contactLink(contact string) string {
	switch {
	case strings.HasPrefix(contact, "https://"), strings.HasPrefix(contact, "http://"):
		return contact
	case strings.Contains(contact, "@"):
		return "mailto:" + contact
	}
	return ""
}

// languageOf returns the language that somebody has chosen, else the one of their browser.
func languageOf(chosen, browser string) string {
	if _, ok := templates[chosen]; ok {
		return chosen
	}
	return browser
}
