package docs

import (
	"bytes"
	"fmt"
	"html/template"
	"path"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

const (
	public     = "pb_public" // where the files are in the repository
	repository = "https://github.com/privet/privet/blob/main/"
)

// address returns where the server has a file of pb_public: a Markdown file as a page, and an index at its folder.
func address(name string) string {
	switch base := path.Base(name); {
	case base == "README.md", base == "index.html":
		name = path.Dir(name)
	case path.Ext(name) == ".md":
		name = strings.TrimSuffix(name, ".md")
	}
	return path.Join("/", name)
}

// resolve returns where a link in a file of pb_public leads on the server. What the server doesn't have is linked to on GitHub.
func resolve(name, target string) string {
	file, anchor, hasAnchor := strings.Cut(target, "#")
	if file == "" || strings.HasPrefix(file, "/") || strings.Contains(file, ":") {
		return target
	}
	file = path.Join(public, path.Dir(name), file)
	if served, ok := strings.CutPrefix(file, public+"/"); ok {
		file = address(served)
	} else {
		file = repository + file
	}
	if hasAnchor {
		file += "#" + anchor
	}
	return file
}

// eachLink calls a function with the target of each link and each image of a document, to change it.
func eachLink(document ast.Node, change func(target *[]byte)) {
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if entering {
			switch n := n.(type) {
			case *ast.Link:
				change(&n.Destination)
			case *ast.Image:
				change(&n.Destination)
			}
		}
		return ast.WalkContinue, nil
	})
}

// addAnchors gives each heading the anchor that GitHub gives it, and a link to that, but for the title.
func addAnchors(document ast.Node, source []byte) {
	used := map[string]int{}
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		heading, ok := n.(*ast.Heading)
		if !ok {
			continue
		}
		anchor := anchorOf(plainText(n, source))
		before := used[anchor]
		used[anchor]++
		if before > 0 {
			anchor += "-" + strconv.Itoa(before)
		}
		n.SetAttributeString("id", []byte(anchor))
		if heading.Level == 1 {
			continue
		}
		self := ast.NewLink()
		self.Destination = []byte("#" + anchor)
		self.SetAttributeString("class", []byte("anchor"))
		self.SetAttributeString("title", []byte("Link to this section"))
		self.AppendChild(self, ast.NewString([]byte("#")))
		n.AppendChild(n, self)
	}
}

// anchorOf returns GitHub's anchor of a heading, unless another one before it has the same: in small letters, with hyphens for spaces and
// without punctuation (https://github.com/gjtorikian/html-pipeline, TableOfContentsFilter).
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// plainText returns the text of a node without its markup.
func plainText(n ast.Node, source []byte) string {
	var out bytes.Buffer
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if t, ok := n.(*ast.Text); ok && entering {
			out.Write(t.Value(source))
			if t.SoftLineBreak() {
				out.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// minimumSections is how many sections a page has that lists them at its beginning.
const minimumSections = 4

// contentsOf returns a list of the sections of a page, as HTML; "" if there are few.
func contentsOf(document ast.Node, source []byte) string {
	var out strings.Builder
	count := 0
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if heading, ok := n.(*ast.Heading); ok && heading.Level == 2 {
			anchor, _ := n.AttributeString("id")
			fmt.Fprintf(&out, "<li><a href=\"#%s\">%s</a></li>\n", anchor, template.HTMLEscapeString(plainText(n, source)))
			count++
		}
	}
	if count < minimumSections {
		return ""
	}
	return "<nav class=\"contents\" aria-label=\"On this page\"><ul>\n" + out.String() + "</ul></nav>\n"
}
