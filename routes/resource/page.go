package resource

import (
	"strconv"

	"github.com/privet/privet/hooks/store"
)

// Page is a page of a list as Laravel's paginator makes it (contract section 2, a page).
type Page struct {
	Data  any   `json:"data"`
	Links Links `json:"links"`
	Meta  Meta  `json:"meta"`
}

// Links are the ways to other pages; nil where there is none.
type Links struct {
	First string  `json:"first"`
	Last  string  `json:"last"`
	Prev  *string `json:"prev"`
	Next  *string `json:"next"`
}

// Meta says where the page stands among all.
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

// List makes the page of rows that the store read. path is the endpoint's absolute URL, query the other
// parameters of the request, encoded, which all links keep.
func List[Row, Item any](page *store.Page[Row], show func(*Row) Item, path, query string) Page {
	items := make([]Item, len(page.Rows))
	for i := range page.Rows {
		items[i] = show(&page.Rows[i])
	}
	return Page{Data: items, Links: Links{}, Meta: Meta{}}.place(page.Number, page.Total, int64(len(items)), path, query)
}

func (p Page) place(current, total, count int64, path, query string) Page {
	last := max(1, (total+store.PerPage-1)/store.PerPage)
	at := func(number int64) string {
		page := "page=" + strconv.FormatInt(number, 10)
		if query != "" {
			page = query + "&" + page
		}
		return path + "?" + page
	}
	link := func(number int64, there bool) *string {
		if !there {
			return nil
		}
		u := at(number)
		return &u
	}
	p.Links = Links{First: at(1), Last: at(last), Prev: link(current-1, current > 1), Next: link(current+1, current < last)}
	p.Meta = Meta{CurrentPage: current, LastPage: last, Path: path, PerPage: store.PerPage, Total: total}
	if count > 0 {
		// In floating point, as PHP counts where 64 bits don't suffice.
		from := Number(current-1)*store.PerPage + 1
		to := from + Number(count) - 1
		p.Meta.From, p.Meta.To = &from, &to
	}
	p.Meta.Links = append(p.Meta.Links, Link{URL: p.Links.Prev, Label: "« Previous"})
	for _, number := range window(current, last) {
		if number == gap {
			p.Meta.Links = append(p.Meta.Links, Link{Label: "..."})
			continue
		}
		p.Meta.Links = append(p.Meta.Links, Link{URL: link(number, true), Label: strconv.FormatInt(number, 10), Active: number == current})
	}
	p.Meta.Links = append(p.Meta.Links, Link{URL: p.Links.Next, Label: "Next »"})
	return p
}

const gap = 0

// window is which page numbers Laravel's UrlWindow shows: all of them up to 13 pages; else three to each side
// of the present one, two at both ends, and gaps between.
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
