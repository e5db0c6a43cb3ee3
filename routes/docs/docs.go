// Package docs makes web pages of the Markdown files in pb_public/docs, which are written to be read on GitHub as well: headings
// have GitHub's anchors, and relative links lead to where the server has the same files.
package docs

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// ContentSecurityPolicy is that of the pages, which have no scripts.
const ContentSecurityPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

const (
	folder = "docs"
	index  = folder + "/README.md" // GitHub shows it with the folder
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// markdown is GitHub's, but for raw HTML, which it leaves out. Tables are aligned without styles, as the policy forbids them.
var markdown = goldmark.New(goldmark.WithExtensions(
	extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
	extension.Linkify, extension.Strikethrough,
))

// boxes wraps what may be wider than a phone in what scrolls, by the keyboard as well. Markup in texts is escaped, so these tags are goldmark's.
var boxes = strings.NewReplacer("<table>", `<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>`,
	"</table>", "</table></div>", "<pre>", `<pre tabindex="0">`)

// group is a list of pages for one kind of reader: a heading of the index with the links below it.
type group struct {
	Title string
	Links []link
}

type link struct {
	Href, Title string
	Here        bool // it is the page that shows it
}

// page is what the template shows.
type page struct {
	Language, Title string
	Groups          []group // of which the page belongs to one
	Body            template.HTML
}

// Pages returns the HTML of the folder docs in files, by the paths of the pages without the slash at the beginning. The index is docs.
// The error names the file that can't be read or that has no title.
func Pages(files fs.FS) (map[string][]byte, error) {
	source, err := fs.ReadFile(files, index)
	if err != nil {
		return nil, err
	}
	groups := groupsOf(parsePage(index, source), source)
	pages := map[string][]byte{}
	err = fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".md" {
			return err
		}
		source, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		content, err := render(name, source, groups)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		pages[strings.TrimPrefix(address(name), "/")] = content
		return nil
	})
	return pages, err
}

// parse parses a file, with anchors at its headings.
func parse(source []byte) ast.Node {
	document := markdown.Parser().Parse(text.NewReader(source))
	addAnchors(document, source)
	return document
}

// parsePage parses a file of pb_public, with links as the server has them.
func parsePage(name string, source []byte) ast.Node {
	document := parse(source)
	eachLink(document, func(target *[]byte) { *target = []byte(resolve(name, string(*target))) })
	return document
}

// groupsOf returns the groups of the index: the first link of each item in a list below a heading.
func groupsOf(document ast.Node, source []byte) (groups []group) {
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if heading, ok := n.(*ast.Heading); ok && heading.Level == 2 {
			groups = append(groups, group{Title: plainText(n, source)})
		}
		if _, ok := n.(*ast.List); !ok || len(groups) == 0 {
			continue
		}
		last := &groups[len(groups)-1]
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			if to, ok := item.FirstChild().FirstChild().(*ast.Link); ok {
				last.Links = append(last.Links, link{Href: string(to.Destination), Title: plainText(to, source)})
			}
		}
	}
	return groups
}

// render returns a page's HTML.
func render(name string, source []byte, groups []group) ([]byte, error) {
	document := parsePage(name, source)
	title, ok := document.FirstChild().(*ast.Heading)
	if !ok || title.Level != 1 {
		return nil, errors.New("the page does not begin with a title")
	}
	var body bytes.Buffer
	if err := markdown.Renderer().Render(&body, source, document); err != nil {
		return nil, err
	}
	html := boxes.Replace(body.String())
	if contents := contentsOf(document, source); contents != "" {
		html = strings.Replace(html, "</h1>\n", "</h1>\n"+contents, 1)
	}
	shown := page{Language: language(name), Title: plainText(title, source), Groups: make([]group, len(groups)),
		Body: template.HTML(html)} // goldmark escapes what is in the files, which are ours
	for i, from := range groups {
		to := group{Title: from.Title}
		for _, l := range from.Links {
			l.Here = l.Href == address(name)
			to.Links = append(to.Links, l)
		}
		shown.Groups[i] = to
	}
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, shown)
	return out.Bytes(), err
}

// language returns the language of a file, which a name such as operators-ru.md shows.
func language(name string) string {
	if strings.HasSuffix(name, "-ru.md") {
		return "ru"
	}
	return "en"
}
