package resource

import (
	"strconv"

	"github.com/privet/privet/hooks/store"
)

// Page is a page of a list as Laravel's paginator encodes it (contract section 2, a page).
type Page struct {
	Data  any   `json:"data"`
	Links Links `json:"links"`
	Meta  Meta  `json:"meta"`
}

// Links are the URLs of other pages; nil for a page that does not exist.
type Links struct {
	First string  `json:"first"`
	Last  string  `json:"last"`
	Prev  *string `json:"prev"`
	Next  *string `json:"next"`
}

// Meta is the position of the page in the list.
type Meta struct {
	CurrentPage int64   `json:"current_page"`
	From        *Number `json:"from"`
	LastPage    int64   `json:"last_page"`
	Links       []Link  `json:"links"`
	Path        string  `json:"path"`
	PerPage     int64   `json:"per_page"`
	To          *Number `json:"to"`
	Total       int64   `json:"total"`
}

// Link is one of the numbered links.
type Link struct {
	URL    *string `json:"url"`
	Label  string  `json:"label"`
	Active bool    `json:"active"`
}

// List returns a page of rows. present turns a row into its resource; path is the endpoint's absolute URL; query holds
// the request's other parameters, encoded, which all links repeat.
func List[Row, Item any](page *store.Page[Row], present func(*Row) Item, path, query string) Page {
	items := make([]Item, len(page.Rows))
	for i := range page.Rows {
		items[i] = present(&page.Rows[i])
	}
	p := paginator{
		current: page.Number,
		last:    max(1, (page.Total+store.PerPage-1)/store.PerPage),
		path:    path,
		query:   query,
	}
	links := Links{First: *p.link(1), Last: *p.link(p.last)}
	if p.current > 1 {
		links.Prev = p.link(p.current - 1)
	}
	if p.current < p.last {
		links.Next = p.link(p.current + 1)
	}
	meta := Meta{CurrentPage: p.current, LastPage: p.last, Path: path, PerPage: store.PerPage, Total: page.Total}
	if len(items) > 0 {
		// In floating point, as PHP calculates where 64 bits do not suffice.
		from := Number(p.current-1)*store.PerPage + 1
		to := from + Number(len(items)) - 1
		meta.From, meta.To = &from, &to
	}
	meta.Links = append(meta.Links, Link{URL: links.Prev, Label: "« Previous"})
	meta.Links = append(meta.Links, p.numbered()...)
	meta.Links = append(meta.Links, Link{URL: links.Next, Label: "Next »"})
	return Page{Data: items, Links: links, Meta: meta}
}

// paginator makes the links of a page.
type paginator struct {
	current, last int64 // page numbers
	path, query   string
}

// link returns the URL of a page.
func (p paginator) link(number int64) *string {
	query := "page=" + strconv.FormatInt(number, 10)
	if p.query != "" {
		query = p.query + "&" + query
	}
	url := p.path + "?" + query
	return &url
}

// numbered returns the links with numbers, and the gaps between them.
func (p paginator) numbered() []Link {
	var links []Link
	for _, number := range window(p.current, p.last) {
		if number == gap {
			links = append(links, Link{Label: "..."})
			continue
		}
		links = append(links, Link{URL: p.link(number), Label: strconv.FormatInt(number, 10), Active: number == p.current})
	}
	return links
}

// gap is in the place of the page numbers that are left out.
const gap = 0

// window returns the page numbers that Laravel's UrlWindow links to: all of them up to 13 pages; else three on each
// side of the current one and two at both ends, with gaps in between.
func window(current, last int64) []int64 {
	const side = 3
	span := func(from, to int64) (numbers []int64) {
		for n := from; n <= to; n++ {
			numbers = append(numbers, n)
		}
		return numbers
	}
	switch {
	case last < side*2+8:
		return span(1, last)
	case current <= side+4:
		return append(append(span(1, side*2+4), gap), last-1, last)
	case current > last-(side+4):
		return append([]int64{1, 2, gap}, span(last-(side*2+3), last)...)
	}
	return append(append(append([]int64{1, 2, gap}, span(current-side, current+side)...), gap), last-1, last)
}
