package dbfile

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// Count is the number of rows of a table.
type Count struct {
	Table string
	Rows  int
}

// mainTables are those whose rows a backup reports.
var mainTables = []string{"users", "orders", "media", "devices", "order_history", "pushes", "_superusers", "_externalAuths"}

// Counts counts the rows of the main tables that there are.
func (f *File) Counts(ctx context.Context) ([]Count, error) {
	var counts []Count
	for _, table := range mainTables {
		there, err := f.texts(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?`, table)
		if err != nil {
			return nil, err
		}
		if len(there) == 0 {
			continue
		}
		c := Count{Table: table}
		if err := f.db.QueryRowContext(ctx, `SELECT count(*) FROM `+quoted(table)).Scan(&c.Rows); err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", table, err)
		}
		counts = append(counts, c)
	}
	return counts, nil
}

// StoredFiles calls visit with the key, in the storage, of each file that a row of any collection names, and ends with
// the first error.
func (f *File) StoredFiles(ctx context.Context, visit func(key string) error) error {
	fields, err := f.fileFields(ctx)
	if err != nil {
		return fmt.Errorf("read the collections: %w", err)
	}
	for _, field := range fields {
		if err := f.filesOf(ctx, field, visit); err != nil {
			return err
		}
	}
	return nil
}

// fileField is a field of a collection that holds names of files.
type fileField struct{ folder, table, column string }

func (f *File) fileFields(ctx context.Context) ([]fileField, error) {
	rows, err := f.db.QueryContext(ctx, `SELECT id, name, fields FROM _collections WHERE type <> 'view' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []fileField
	for rows.Next() {
		var id, name, text string
		if err := rows.Scan(&id, &name, &text); err != nil {
			return nil, err
		}
		var fields []struct{ Name, Type string }
		if err := json.Unmarshal([]byte(text), &fields); err != nil {
			return nil, err
		}
		for _, field := range fields {
			if field.Type == "file" {
				found = append(found, fileField{id, name, field.Name})
			}
		}
	}
	return found, rows.Err()
}

// filesOf visits the files of one field.
func (f *File) filesOf(ctx context.Context, field fileField, visit func(key string) error) error {
	column := quoted(field.column)
	rows, err := f.db.QueryContext(ctx, `SELECT id, `+column+` FROM `+quoted(field.table)+` WHERE coalesce(`+column+`, '') NOT IN ('', '[]')`)
	if err != nil {
		return fmt.Errorf("read the files of %s: %w", field.table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, value string
		if err := rows.Scan(&id, &value); err != nil {
			return err
		}
		names := []string{value}
		if strings.HasPrefix(value, "[") { // of a field that may have several
			if err := json.Unmarshal([]byte(value), &names); err != nil {
				return fmt.Errorf("the files of %s %s: %w", field.table, id, err)
			}
		}
		for _, name := range names {
			if err := visit(path.Join(field.folder, id, name)); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

// quoted returns a name as SQL writes it.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
