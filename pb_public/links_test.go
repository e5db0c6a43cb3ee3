package pb_public_test

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/privet/privet/pb_public"
	"github.com/privet/privet/routes/testkit"

	"github.com/yuin/goldmark"
	"golang.org/x/net/html"
)

// documents returns the Markdown files of docs, with that in their names.
func documents(t *testing.T) (files []string) {
	t.Helper()
	err := fs.WalkDir(pb_public.Pages, "docs", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" {
			files = append(files, name)
		}
		return err
	})
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	return files
}

// outline is what links of an HTML page lead to: other pages, and anchors.
type outline struct {
	links   []string
	anchors map[string]bool
}

func outlineOf(t *testing.T, content []byte) outline {
	t.Helper()
	page := outline{anchors: map[string]bool{}}
	root, err := html.Parse(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		for _, attribute := range n.Attr {
			switch attribute.Key {
			case "href", "src":
				page.links = append(page.links, attribute.Val)
			case "id":
				page.anchors[attribute.Val] = true
			}
		}
	}
	return page
}

// Each link of each page that the server shows leads to a page of it, and to an anchor there. All documents are among them.
func TestLinksOfTheServer(t *testing.T) {
	s := testkit.Start(t)
	pages := map[string]outline{}
	var visit func(from, link string)
	visit = func(from, link string) {
		base, err := url.Parse(from)
		address, err2 := base.Parse(link)
		if err != nil || err2 != nil {
			t.Errorf("%s: %s: %v %v", from, link, err, err2)
			return
		}
		if address.Host != "" || address.Scheme == "mailto" || address.Path == "/_/" { // PocketBase's
			return
		}
		page, seen := pages[address.Path]
		if !seen {
			answer := s.Get(address.RequestURI()).Do()
			if answer.Status != 200 {
				t.Errorf("%s: %s is answered by %d", from, link, answer.Status)
				return
			}
			if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
				page = outlineOf(t, answer.Body)
			}
			pages[address.Path] = page
			for _, next := range page.links {
				visit(address.Path, next)
			}
		}
		// The reference's anchors are made by its script.
		if address.Fragment != "" && address.Path != "/" && !page.anchors[address.Fragment] {
			t.Errorf("%s: %s: there is no such anchor", from, link)
		}
	}
	visit("/", "/docs")
	visit("/", "/guide")
	visit("/", "/account")
	var specification any
	s.Get("/openapi.json").Do().Want(200).Into(&specification)
	for _, text := range descriptions(specification) {
		var page bytes.Buffer
		if err := goldmark.Convert([]byte(text), &page); err != nil {
			t.Fatal(err)
		}
		for _, link := range outlineOf(t, page.Bytes()).links {
			visit("/", link)
		}
	}
	for _, file := range documents(t) {
		address := strings.TrimSuffix(strings.TrimSuffix("/"+file, ".md"), "/README")
		if _, reached := pages[address]; !reached {
			t.Errorf("no page leads to %s", file)
		}
	}
}

// descriptions returns all texts of a specification that are Markdown.
func descriptions(value any) (texts []string) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			if text, ok := inner.(string); ok && key == "description" {
				texts = append(texts, text)
			}
			texts = append(texts, descriptions(inner)...)
		}
	case []any:
		for _, inner := range value {
			texts = append(texts, descriptions(inner)...)
		}
	}
	return texts
}
