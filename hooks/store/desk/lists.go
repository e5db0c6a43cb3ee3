package desk

import (
	"context"
	"strconv"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Cap is the greatest count that is read where there may be very many: one that is greater than MaxCount means "more than MaxCount".
const (
	MaxCount = 500
	Cap      = MaxCount + 1
)

// capped counts the rows of a query, as far as Cap.
func capped(from string) string {
	return `(SELECT count(*) FROM (SELECT 1 FROM ` + from + ` LIMIT ` + strconv.Itoa(Cap) + `))`
}

// page returns the LIMIT of a page with one row more, which says whether there is another page. The numbers are literals, as SQLite would
// plan the statement anew for each value otherwise.
func page(number int64, size int) string {
	return ` LIMIT ` + strconv.Itoa(size+1) + ` OFFSET ` + strconv.FormatInt((number-1)*int64(size), 10)
}

// limited returns the LIMIT of a list that has no further pages.
func limited(size int) string { return ` LIMIT ` + strconv.Itoa(size) }

// cut returns the rows of a page without the one more, and whether there was one.
func cut[Row any](rows []Row, size int) (items []Row, more bool) {
	if len(rows) > size {
		return rows[:size], true
	}
	return rows, false
}

// orderReports counts the reports about the order o and its media.
var orderReports = capped(`cases oc CROSS JOIN reports r ON r."case" = oc.id WHERE oc."order" = o.id`)

// readOrders reads the orders whose ids the common table expression page has.
func readOrders(ctx context.Context, app core.App, with, sorted string, arguments ...any) ([]FoundOrder, error) {
	return foundColumns.SelectWith(with+` `, `FROM page CROSS JOIN orders o ON o.id = page.id
		CROSS JOIN users c ON c.id = o.client CROSS JOIN users p ON p.id = o.performer ORDER BY `+sorted).Rows(ctx, app, arguments...)
}

// foundColumns are the columns of an order o, with its client c and its performer p.
var foundColumns = query.Map("", func(c *query.Columns, o *FoundOrder) {
	c.Add(`o.id`, query.ID(&o.ID))
	c.Add(`o.status`, &o.Status)
	c.Add(`o.occasion`, &o.Occasion)
	c.Add(`o.date_till`, &o.DateTill)
	c.Add(`o.created`, &o.Created)
	c.Add(`o.rating_rate`, &o.Rating)
	c.Add(orderReports, &o.Reports)
	personColumns.Add(c, "c", &o.Client)
	personColumns.Add(c, "p", &o.Performer)
})
