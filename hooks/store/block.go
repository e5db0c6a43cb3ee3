package store

import (
	"context"
	"database/sql"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Blocks is the collection that says who has blocked whom. A block holds for both.
const Blocks = "blocks"

const (
	fieldBlocker = "blocker"
	fieldBlocked = "blocked"
)

// Block is a record of blocks.
type Block struct{ core.BaseRecordProxy }

// AsBlock wraps a record of blocks.
func AsBlock(record *core.Record) *Block {
	b := &Block{}
	b.SetProxyRecord(record)
	return b
}

// Blocker returns the id of the user who has blocked the other.
func (b *Block) Blocker() string { return b.GetString(fieldBlocker) }

// Blocked returns the id of the user who was blocked.
func (b *Block) Blocked() string { return b.GetString(fieldBlocked) }

// AddBlock makes a user block another, unless they have done so already.
func AddBlock(tx core.App, blocker, blocked string) error {
	there, err := tx.CountRecords(Blocks, dbx.HashExp{fieldBlocker: blocker, fieldBlocked: blocked})
	if err != nil || there > 0 {
		return query.Wrap("find block", err)
	}
	record, err := query.NewRecord(tx, Blocks)
	if err != nil {
		return query.Wrap("add block", err)
	}
	record.Set(fieldBlocker, blocker)
	record.Set(fieldBlocked, blocked)
	return query.Wrap("add block", tx.Save(record))
}

// RemoveBlock ends a user's block of another, if there is one.
func RemoveBlock(tx core.App, blocker, blocked string) error {
	records, err := tx.FindAllRecords(Blocks, dbx.HashExp{fieldBlocker: blocker, fieldBlocked: blocked})
	if err != nil {
		return query.Wrap("find block", err)
	}
	for _, record := range records {
		if err := tx.Delete(record); err != nil {
			return query.Wrap("remove block", err)
		}
	}
	return nil
}

// CountBlocked returns how many users a user has blocked.
func CountBlocked(ctx context.Context, tx core.App, blocker string) (n int, err error) {
	n, err = query.Value[int](ctx, tx, `SELECT count(*) FROM blocks WHERE blocker = CAST(:user AS TEXT)`, sql.Named("user", blocker))
	return n, query.Wrap("count blocked users", err)
}

// CanBeBlocked reports whether there is a user whom one can block: who was not erased.
func CanBeBlocked(ctx context.Context, tx core.App, user string) (can bool, err error) {
	can, err = query.Value[bool](ctx, tx, `SELECT EXISTS (SELECT 1 FROM users WHERE id = :user AND erased = '')`, sql.Named("user", user))
	return can, query.Wrap("find user to block", err)
}

// hasBlocks is whether there is a block by or of the user in the column of a query.
func hasBlocks(user string) string {
	return `(EXISTS (SELECT 1 FROM blocks WHERE blocker = ` + user + `) OR EXISTS (SELECT 1 FROM blocks WHERE blocked = ` + user + `))`
}

// areBlocked is whether one of two users, the SQL expressions a and b, has blocked the other.
func areBlocked(a, b string) string {
	return `(EXISTS (SELECT 1 FROM blocks WHERE blocker = ` + a + ` AND blocked = ` + b + `)
		OR EXISTS (SELECT 1 FROM blocks WHERE blocker = ` + b + ` AND blocked = ` + a + `))`
}

// hidden selects the ids of the users, as id, whom :viewer must not see: whom they have blocked, or who have blocked them.
const hidden = `SELECT blocked AS id FROM blocks WHERE blocker = CAST(:viewer AS TEXT)
	UNION SELECT blocker FROM blocks WHERE blocked = CAST(:viewer AS TEXT)`

// BlockedRow is a user whom another has blocked.
type BlockedRow struct {
	UserRow
	place   int64 // rises with each block
	visible bool
}

var blockedColumns = query.Map("u", func(c *query.Columns, r *BlockedRow) {
	c.Add(`b.rowid`, &r.place)
	c.Add(`u.banned = 0 AND NOT EXISTS (SELECT 1 FROM blocks o WHERE o.blocker = u.id AND o.blocked = b.blocker)`, &r.visible)
	userColumns.Add(c, "u", &r.UserRow)
})

// hiddenInvite stands for the invite of a user whose profile must not be seen: no user has it.
const hiddenInvite = "00000000"

// SearchBlocked reads a page of the users whom a user has blocked, the last one first. Of those whose profile they would not
// be shown without the block either, as they are banned or have blocked the user in turn, it reads the nickname alone:
// which of the two it is can't be told.
func SearchBlocked(ctx context.Context, app core.App, blocker, page int64) (*Page[BlockedRow], error) {
	rows, err := readPage(ctx, app, pageQuery{
		// SQLite gives rowids in the order of insertion, and a VACUUM keeps the order.
		matching:  `SELECT rowid AS n FROM blocks WHERE blocker = CAST(:blocker AS TEXT)`,
		joined:    `blocks b ON b.rowid = page.n CROSS JOIN users u ON u.id = b.blocked`,
		arguments: []any{sql.Named("blocker", Key(blocker))}, number: page,
	}, blockedColumns, func(row *BlockedRow) int64 { return row.place })
	if err != nil {
		return nil, query.Wrap("search blocked users", err)
	}
	for i := range rows.Rows {
		if row := &rows.Rows[i]; !row.visible {
			row.UserRow = UserRow{ID: row.ID, Email: row.Email, Nickname: row.Nickname, Role: row.Role, Invite: hiddenInvite, Created: row.Created, Updated: row.Created}
		}
	}
	return rows, nil
}
