package docs

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A page has the navigation of the index, its own sections, GitHub's anchors, links to where the server has the files, and nothing that the
// policy of the pages forbids.
func TestPages(t *testing.T) {
	t.Parallel()
	pages, err := Pages(fstest.MapFS{
		"docs/README.md": {Data: []byte("# Documents\n\nText.\n\n## For you\n\n- [A page](a.md): why\n- [The guide](../guide/index.html)\n")},
		"docs/a.md": {Data: []byte("# A `<page>` & more\n\n## What's `new`, in *1.0*?\n\n## Twice\n\n## Twice\n\n## Last\n\n" +
			"[index](README.md) [record](decisions/b.md#why-not) [code](../../hooks/order/order.go) [guide](../guide/index.html#en) " +
			"[specification](../openapi.yaml) [here](#twice-1) [far](https://example.com/x.md) [in GitHub](../../SECURITY.md#scope)\n\n" +
			"| a | b |\n|:--|--:|\n| 1 | `<script>` |\n\n<script>alert(1)</script>\n\n```sh\necho 1\n```\n")},
		"docs/decisions/b.md":   {Data: []byte("# B\n\n[up](../a.md) [index](../README.md)\n")},
		"docs/operators-ru.md":  {Data: []byte("# Администратору\n\n## Копия, и ещё одна\n")},
		"docs/not-a-page.png":   {Data: []byte("x")},
		"elsewhere/outside.md":  {Data: []byte("no title")},
		"docs/decisions/c.html": {Data: []byte("x")},
	})
	if err != nil || len(pages) != 4 {
		t.Fatal(len(pages), err)
	}
	for name, parts := range map[string][]string{
		"docs": {`<html lang="en">`, `<title>Documents · privet</title>`, `<li><a href="/docs/a">A page</a></li>`},
		"docs/a": {`<title>A &lt;page&gt; &amp; more · privet</title>`, `<h2 id="whats-new-in-10">`, `<h2 id="twice">`, `<h2 id="twice-1">`,
			`<li><a href="#whats-new-in-10">What&#39;s new, in 1.0?</a></li>`, `<li><a href="/docs/a" aria-current="page">A page</a></li>`, `<li><a href="/guide">The guide</a></li>`,
			`<a href="/docs">index</a>`, `<a href="/docs/decisions/b#why-not">`, `<a href="https://github.com/privet/privet/blob/main/hooks/order/order.go">`, `<a href="/guide#en">`,
			`<a href="/openapi.yaml">`, `<a href="#twice-1">here`, `<a href="https://example.com/x.md">`, `<a href="https://github.com/privet/privet/blob/main/SECURITY.md#scope">`,
			`<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>`, `<code>&lt;script&gt;</code>`, `<pre tabindex="0"><code class="language-sh">`},
		"docs/decisions/b":  {`<a href="/docs/a">up</a> <a href="/docs">index</a>`},
		"docs/operators-ru": {`<html lang="ru">`, `<h2 id="копия-и-ещё-одна">`},
	} {
		html := string(pages[name])
		for _, part := range parts {
			if !strings.Contains(html, part) {
				t.Errorf("%s lacks %s", name, part)
			}
		}
		if strings.Contains(html, "<script") || strings.Contains(html, "style=") {
			t.Errorf("%s has a script or a style", name)
		}
		if t.Failed() {
			t.Log(html)
		}
	}
	if _, err := Pages(fstest.MapFS{"docs/README.md": {Data: []byte("no title")}}); err == nil || !strings.Contains(err.Error(), "docs/README.md") {
		t.Errorf("a page without a title: %v", err)
	}
}
