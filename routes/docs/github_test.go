package docs

import (
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
)

const root = "../../"

// markdownFiles returns the Markdown files of the repository that are ours, by their paths in it.
func markdownFiles(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		if err == nil && path.Ext(name) == ".md" {
			files = append(files, strings.TrimPrefix(filepath.ToSlash(name), root))
		}
		return err
	})
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	return files
}

// Each link of each Markdown file leads somewhere on GitHub: to a file of the repository, and to a heading where it names one.
func TestLinksOnGitHub(t *testing.T) {
	t.Parallel()
	for _, file := range markdownFiles(t) {
		eachLink(parse(read(t, file)), func(target *[]byte) {
			name, anchor, _ := strings.Cut(string(*target), "#")
			switch inside, ours := strings.CutPrefix(name, repository); {
			case ours:
				name = inside
			case strings.Contains(name, ":"):
				return // elsewhere
			case name == "":
				name = file
			default:
				name = path.Join(path.Dir(file), name)
			}
			if _, err := os.Stat(root + name); err != nil || strings.HasPrefix(name, "../") || strings.HasPrefix(name, "/") {
				t.Errorf("%s: %s leads to no file", file, *target)
			} else if anchor != "" && path.Ext(name) == ".md" && !hasAnchor(parse(read(t, name)), anchor) {
				t.Errorf("%s: %s leads to no heading", file, *target)
			}
		})
	}
}

// A sentence of some length stands in one document alone, and others link to it. What changed and what the API must answer are said where
// they are said.
func TestNoSentenceTwice(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, file := range markdownFiles(t) {
		if file == "CHANGELOG.md" || file == ".github/CONTRACT.md" {
			continue
		}
		source := read(t, file)
		for block := range blocks(parse(source)) {
			for _, sentence := range regexp.MustCompile(`[.:;]\s+|\|`).Split(plainText(block, source), -1) {
				words := strings.Fields(strings.TrimRight(sentence, ".:; "))
				if len(words) < 8 {
					continue
				}
				sentence = strings.ToLower(strings.Join(words, " "))
				if first := seen[sentence]; first != "" {
					t.Errorf("%s and %s say: %s", first, file, sentence)
				}
				seen[sentence] = file
			}
		}
	}
}

// blocks yields the parts of a document that hold text, code apart.
func blocks(document ast.Node) iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) {
		_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
			if !entering || n.FirstChild() == nil || n.FirstChild().Type() != ast.TypeInline || n.Type() == ast.TypeInline {
				return ast.WalkContinue, nil
			}
			if !yield(n) {
				return ast.WalkStop, nil
			}
			return ast.WalkSkipChildren, nil
		})
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(root + file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func hasAnchor(document ast.Node, anchor string) bool {
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if id, ok := n.AttributeString("id"); ok && string(id.([]byte)) == anchor {
			return true
		}
	}
	return false
}
