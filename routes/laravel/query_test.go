package laravel

import (
	"net/http/httptest"
	"testing"
)

// TestPaging compares with Laravel's paginator: the page that a query selects, and what is appended to its links.
func TestPaging(t *testing.T) {
	for _, c := range []struct {
		query string
		page  int64
		rest  string
	}{
		{"", 1, ""},
		{"page=2&text=some+text&a[]=1&b=%D0%9F&c=", 2, "text=some%20text&a%5B0%5D=1&b=%D0%9F"},
		{"a[x][y]=1&a[x][]=~&page=+3", 3, "a%5Bx%5D%5By%5D=1&a%5Bx%5D%5B0%5D=~"},
		{"page=1&page=2", 2, ""},
		{"page=%2B2", 2, ""},
		{"page=02", 1, ""},
		{"page=0", 1, ""},
		{"page=-1", 1, ""},
		{"page=2.0", 1, ""},
		{"page[]=2", 1, ""},
		{"page=99999999999999999999", 1, ""},
		{"page=9223372036854775807", 9223372036854775807, ""},
	} {
		t.Run(c.query, func(t *testing.T) {
			req := httptest.NewRequest("GET", "/?"+c.query, nil)
			if page := Page(req); page != c.page {
				t.Errorf("%s: page %d, want %d", c.query, page, c.page)
			}
			if rest := QueryWithoutPage(req); rest != c.rest {
				t.Errorf("%s: %s, want %s", c.query, rest, c.rest)
			}
		})
	}
}
