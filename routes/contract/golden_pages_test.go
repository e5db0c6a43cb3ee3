package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// pageGolden is a recorded page of Laravel's paginator over a list of Total items.
type pageGolden struct {
	Request string          `json:"request"` // to /_page_small, whose links omit the query, or to /_page_qs, whose links have it
	Total   int             `json:"total"`
	DataIDs []int           `json:"data_ids"` // positions of the first and the last item in the list, from 1
	Count   int             `json:"data_count"`
	Links   json.RawMessage `json:"links"`
	Meta    json.RawMessage `json:"meta"`
}

// performers is a server with many performers to page through, users 2 and up. User 1 is a client who searches them.
type performers struct {
	fixture
	path  string // the absolute URL of user/search
	total int
}

// newPerformers starts a server with the given number of performers, which are inserted by SQL.
func newPerformers(t *testing.T, total int) *performers {
	g := &performers{fixture: fixture{s: testkit.Start(t)}, total: total}
	g.path = g.s.URL + "/api/v1/user/search"
	g.client = g.s.Client()
	g.s.Signup("role", "2", "description", "some text")
	err := g.s.App.RunInTransaction(func(tx core.App) error {
		statements := []string{`CREATE TEMP TABLE clone AS SELECT * FROM users WHERE id = '2'`}
		for id := 3; id <= total+1; id++ {
			statements = append(statements,
				fmt.Sprintf(`UPDATE clone SET id = '%d', email = 'c%[1]d@example.com', email_key = 'c%[1]d@example.com', tokenKey = 'c%[1]d', invite = 'c%07[1]d'`, id),
				`INSERT INTO users SELECT * FROM clone`)
		}
		for _, statement := range append(statements, `DROP TABLE clone`) {
			if _, err := tx.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// shrink deletes all but the given number of performers.
func (g *performers) shrink(t *testing.T, total int) {
	t.Helper()
	g.exec(t, fmt.Sprintf(`DELETE FROM users WHERE CAST(id AS INTEGER) > %d`, total+1))
	g.total = total
}

// page returns a page of performers.
func (g *performers) page(t *testing.T, query string) object {
	t.Helper()
	return bodyOf(t, g.s.Get("user/search?"+query).As(g.client.Token).Do(), 200).(object)
}

// TestGoldenPages compares pages of user/search with the goldens, except for three differences that the contract
// requires: labels are plain text, and links are absolute and have the other query parameters.
func TestGoldenPages(t *testing.T) {
	cases := slices.Clone(loadGoldens(t).Pages)
	slices.SortStableFunc(cases, func(a, b pageGolden) int { return b.Total - a.Total })
	g := newPerformers(t, cases[0].Total)
	for _, c := range cases {
		if c.Total != g.total {
			g.shrink(t, c.Total)
		}
		t.Run(c.Request, func(t *testing.T) { g.compare(t, &c) })
	}
}

// compare compares a page with its golden.
func (g *performers) compare(t *testing.T, c *pageGolden) {
	_, query, _ := strings.Cut(c.Request, "?")
	kept := c.kept(t)
	if !strings.Contains(query, "role=") {
		query += "&role=2" // only performers
	}
	got := g.page(t, query)
	if len(got) != 3 || got[0].Key != "data" || got[1].Key != "links" || got[2].Key != "meta" {
		t.Fatalf("the page has %v", got)
	}
	links, meta := g.adapt(ordered(t, c.Links), kept), g.adapt(ordered(t, c.Meta), kept).(object)
	if !reflect.DeepEqual(got[1].Value, links) {
		t.Errorf("links %v\nwant  %v", got[1].Value, links)
	}
	if !reflect.DeepEqual(got[2].Value, any(meta)) {
		t.Errorf("meta %v\nwant %v", got[2].Value, meta)
	}
	data := got[0].Value.([]any)
	if len(data) != c.Count {
		t.Fatalf("%d items, want %d", len(data), c.Count)
	}
	for i, item := range data { // the newest come first: position 1 has the highest id
		want := strconv.Itoa(g.total + 2 - (c.DataIDs[0] + i))
		if id := fmt.Sprint(item.(object).get("id")); id != want {
			t.Errorf("item %d is user %s, want %s", i, id, want)
		}
	}
}

// kept returns the query parameters that the links must have, as PHP encodes them.
func (c *pageGolden) kept(t *testing.T) string {
	_, query, _ := strings.Cut(c.Request, "?")
	var parts []string
	if strings.HasPrefix(c.Request, "/_page_qs") {
		first, _ := ordered(t, c.Links).(object).get("first").(string)
		_, query, _ = strings.Cut(first, "?")
	}
	for part := range strings.SplitSeq(query, "&") {
		if !strings.HasPrefix(part, "page=") && !strings.HasPrefix(part, "page[") {
			parts = append(parts, strings.ReplaceAll(part, "+", "%20"))
		}
	}
	if !strings.Contains(query, "role=") {
		parts = append(parts, "role=2")
	}
	return strings.Join(parts, "&")
}

// adapt applies the contract's differences to a golden.
func (g *performers) adapt(value any, kept string) any {
	switch v := value.(type) {
	case object:
		for i := range v {
			v[i].Value = g.adapt(v[i].Value, kept)
		}
	case []any:
		for i := range v {
			v[i] = g.adapt(v[i], kept)
		}
	case string:
		switch v {
		case "&laquo; Previous":
			return "« Previous"
		case "Next &raquo;":
			return "Next »"
		}
		if strings.HasPrefix(v, "http://") {
			if _, number, link := strings.Cut(v, "page="); link {
				return g.path + "?" + kept + "&page=" + number
			}
			return g.path
		}
	}
	return value
}

// TestGoldenWindows compares which page numbers are shown, for every cell of the recorded table.
func TestGoldenWindows(t *testing.T) {
	cells := loadGoldens(t).Windows.Cells
	lasts := slices.SortedFunc(maps.Keys(cells), func(a, b string) int { return len(cells[b]) - len(cells[a]) })
	g := newPerformers(t, 15*len(cells[lasts[0]]))
	for _, last := range lasts {
		pages, err := strconv.Atoi(last)
		if err != nil {
			t.Fatal(err)
		}
		g.shrink(t, 15*pages)
		for current, want := range cells[last] {
			got := g.page(t, "role=2&page="+current)
			if shown := g.window(t, got.get("meta").(object)); shown != want {
				t.Errorf("page %s of %s:\n %s, want\n %s", current, last, shown, want)
			}
		}
	}
}

// window returns meta.links in the format of the recorded table, and checks their URLs.
func (g *performers) window(t *testing.T, meta object) string {
	t.Helper()
	current, err := meta.get("current_page").(json.Number).Int64()
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, item := range meta.get("links").([]any) {
		link := item.(object)
		label, url := link.get("label").(string), link.get("url")
		page := label
		switch label {
		case "« Previous":
			label, page = "&laquo; Previous", fmt.Sprint(current-1)
		case "Next »":
			label, page = "Next &raquo;", fmt.Sprint(current+1)
		}
		if url != nil && url != g.path+"?role=2&page="+page {
			t.Errorf("%s leads to %s", label, url)
		}
		if link.get("active").(bool) {
			label = "[" + label + "]"
		}
		if url == nil {
			label += "(null)"
		}
		shown = append(shown, label)
	}
	return strings.Join(shown, " ")
}
