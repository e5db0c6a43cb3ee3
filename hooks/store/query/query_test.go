package query

import (
	"database/sql"
	"testing"
)

// A query is logged as it could be run by hand: each argument is filled in by its whole name, once.
func TestFillIn(t *testing.T) {
	got := fillIn(`SELECT strftime('%H:id', :id), :id2, :over, :none WHERE name = :name`, []any{sql.Named("id", "7"), sql.Named("id2", "it's :id"), sql.Named("over", true), sql.Named("name", 5)})
	if want := `SELECT strftime('%H:id', '7'), 'it''s :id', true, :none WHERE name = 5`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
