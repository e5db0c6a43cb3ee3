package desk

import (
	"context"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// WallSize is how many media a page of the wall has.
const WallSize = 24

// WallMedium is a medium on the wall, with the person whose profile it is of, or who has delivered it.
type WallMedium struct {
	Medium
	Person Person
}

var wallColumns = query.Map("", func(c *query.Columns, m *WallMedium) {
	mediumColumns.Add(c, "m", &m.Medium)
	personColumns.Add(c, "u", &m.Person)
})

// What of the media the wall shows.
const (
	WallAll        = "all"
	WallDeliveries = "orders"
	WallHidden     = "hidden"
)

// wallConditions are literal, as those of partial indexes are.
var wallConditions = map[string]string{WallAll: "true", WallDeliveries: "`order` != ''", WallHidden: "`hidden` != ''"}

// ReadWall reads a page of media, the newest first; more reports whether there is another page.
func ReadWall(ctx context.Context, app core.App, show string, number int64) (media []WallMedium, more bool, err error) {
	rows, err := wallColumns.SelectWith(`WITH page AS MATERIALIZED (SELECT id FROM media WHERE `+wallConditions[show]+` ORDER BY CAST(id AS INTEGER) DESC`+page(number, WallSize)+`) `,
		`FROM page CROSS JOIN media m ON m.id = page.id CROSS JOIN users u ON u.id = m.user ORDER BY CAST(m.id AS INTEGER) DESC`).Rows(ctx, app)
	media, more = cut(rows, WallSize)
	return media, more, query.Wrap("read the wall of media", err)
}
