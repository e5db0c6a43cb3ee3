// Package personal says of the columns of the database what they tell about people, and what an erasure does with them. Erasure, audit
// and search follow from it; a column that is declared nowhere fails a test. The columns of users are declared in package store, beside
// the row that the API reads.
package personal

import (
	"cmp"
	"strings"
)

// Kind is what a column tells about people.
type Kind int

// The kinds. A column without one is a mistake.
const (
	Impersonal Kind = iota + 1 // nothing by which one knows who somebody is: ids, times, states, and what follows from them
	Personal                   // who somebody is, or what they have written
	Contact                    // how somebody is reached; an erasure removes it from the logs, too
	Secret                     // what proves who somebody is
	Staff                      // who of the moderators did something, or what they wrote for each other
)

// IsPersonal reports whether a column of the kind is about a user.
func (k Kind) IsPersonal() bool { return k == Personal || k == Contact || k == Secret }

// Erasure is what an erasure does with a column.
type Erasure int

// What an erasure does.
const (
	Stays    Erasure = iota
	Emptied          // the value is removed
	Replaced         // code puts a neutral value in its place
)

// Column is a column of the database.
type Column struct {
	Name   string
	Kind   Kind
	Erased Erasure
	Why    string // the reason why a personal column stays

	Derived  bool // it follows from other columns at each save, also at that of an erasure
	Unstored bool // hooks read it and never store it
	Written  bool // a user has written it and others read it: moderators' words are looked for in it, and reports keep it
	Searched bool // user/search finds it

	Of string // the condition of the rows in which it is the person's, where that is not the table's
}

// Rows is what an erasure does with the rows of a table that belong to a person.
type Rows int

// What an erasure does.
const (
	RowsStay    Rows = iota // with their columns emptied where these say so
	RowsDeleted             // by Statements
	RowsRevoked             // by their own hooks or files' removal, or because a ban ends them as well
)

// Table is a table of the database.
type Table struct {
	Name    string
	Of      string // the condition of the rows that belong to the person :user; "" if none do
	Erased  Rows
	Set     string // what else is set when a column is emptied
	Columns []Column
}

// Column returns a column by name; ok is false when it is not declared.
func (t *Table) Column(name string) (c Column, ok bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// Statements returns what erases the rows and the texts of the person :user in a table, at the time :now.
func (t *Table) Statements() (statements []string) {
	if t.Erased == RowsDeleted {
		return []string{`DELETE FROM ` + t.Name + ` WHERE ` + t.Of}
	}
	if t.Erased == RowsRevoked {
		return nil
	}
	var conditions []string
	set := map[string][]string{}
	for _, c := range t.Columns {
		if c.Erased != Emptied {
			continue
		}
		of := cmp.Or(c.Of, t.Of)
		if set[of] == nil {
			conditions = append(conditions, of)
		}
		set[of] = append(set[of], c.Name+` = ''`)
	}
	for _, of := range conditions {
		if t.Set != "" {
			set[of] = append(set[of], t.Set)
		}
		statements = append(statements, `UPDATE `+t.Name+` SET `+strings.Join(set[of], `, `)+` WHERE `+of)
	}
	return statements
}

// Count returns the SQL that counts the rows of the person :user in a table, under a further condition unless that is "".
func (t *Table) Count(condition string) string {
	count := `(SELECT count(*) FROM ` + t.Name + ` WHERE ` + t.Of
	if condition != "" {
		count += ` AND ` + condition
	}
	return count + `)`
}

// columns returns the named columns, all of one kind, and more.
func columns(kind Kind, names string, more ...Column) (all []Column) {
	for name := range strings.FieldsSeq(names) {
		all = append(all, Column{Name: name, Kind: kind})
	}
	return append(all, more...)
}
