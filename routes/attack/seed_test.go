package attack

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// The users of the data. Those with an even id are performers.
const (
	people          = 10_000
	firstAttacker   = 101 // the accounts of attackers, as if they had signed up
	attackers       = 200
	firstBystander  = 1001
	bystanders      = 120 // half of them are clients
	superuser       = "owner@example.com"
	superuserSecret = "a long password"
)

func email(user int) string  { return "someone" + strconv.Itoa(user) + "@example.com" }
func secret(user int) string { return "secret-of-" + strconv.Itoa(user) }
func token(user int) string  { return strconv.Itoa(user) + "|" + secret(user) }

// attackerID returns the user id of an attacker's n-th client account.
func attackerID(n int) int { return firstAttacker + n*2%attackers }

// dataFolder returns a data folder with users, which each server gets a copy of. The rows are copies of two users who
// signed up, so that they are complete whatever columns there are.
var dataFolder = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "privet-attack-")
	return filepath.Join(dir, "data"), err
})

// seed fills the data folder at the first call and returns it.
func seed(t testing.TB) string {
	t.Helper()
	dir, err := dataFolder()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	p := testkit.ProcessOn(t, dir)
	p.Client()
	p.Performer()
	desk := p.Dashboard()
	desk.Request(http.MethodPatch, "settings").
		JSON(map[string]any{"trustedProxy": map[string]any{"headers": []string{"X-Forwarded-For"}}}).Do().Want(http.StatusOK)
	p.Stop(syscall.SIGTERM)
	if err := fill(filepath.Join(dir, "data.db")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// fill copies users 1 (a client) and 2 (a performer) of a database, and gives devices to those who need one.
func fill(file string) error {
	opened, err := core.DefaultDBConnect(file)
	if err != nil {
		return err
	}
	db := opened.DB()
	db.SetMaxOpenConns(1)
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	const about = `'Поздравлю вашу тётю с юбилеем, номер ' || i || '. Ведущая праздников, пою, читаю стихи и шучу. A greeting for birthdays, weddings and the New Year.'`
	err = clone(tx, "users", map[string]string{
		"id": `CAST(i AS TEXT)`, "email": `'someone' || i || '@example.com'`, "email_key": `'someone' || i || '@example.com'`,
		"tokenKey": `printf('attack%044d', i)`, "invite": `printf('%08d', i)`, "nickname": `'Someone ' || i`, "name": `'Анна ' || i`,
		"description": about, "search": `lower('someone ' || i || char(10) || 'анна ' || i || char(10)) || ` + about,
	}, fmt.Sprintf(`SELECT value AS i, CASE value %% 2 WHEN 0 THEN '2' ELSE '1' END AS model FROM json_each('[%s]')`, numbers(firstAttacker, people)))
	if err != nil {
		return err
	}
	for _, group := range [][2]int{{firstAttacker, attackers}, {firstBystander, bystanders}} {
		for user := group[0]; user < group[0]+group[1]; user++ {
			n := strconv.Itoa(user)
			err := clone(tx, "devices", map[string]string{
				"id": "'" + n + "'", "user": "'" + n + "'", "device_id": "'phone-" + n + "'", "firebase_token": "'fcm-" + n + "'",
				"token": "'" + store.TokenHash(secret(user)) + "'",
			}, `SELECT '1' AS model`)
			if err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(`UPDATE sequences SET value = ? WHERE name IN ('users', 'access_tokens')`, people+firstAttacker); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.Exec(`INSERT INTO users_search(users_search) VALUES('optimize'); PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize = 0x10002`)
	return err
}

// clone inserts a copy of a row of a table for each row of a query, whose column model has the original's id. Of the
// columns some are replaced by SQL expressions.
func clone(tx *sql.Tx, table string, replaced map[string]string, query string) error {
	rows, err := tx.Query(`SELECT name FROM pragma_table_info(?)`, table)
	if err != nil {
		return err
	}
	var columns, values []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		value := `original."` + name + `"`
		if expression, ok := replaced[name]; ok {
			value = expression
		}
		columns, values = append(columns, `"`+name+`"`), append(values, value)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	statement := fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM (%s) JOIN %s original ON original.id = model`,
		table, strings.Join(columns, ","), strings.Join(values, ","), query, table)
	if _, err := tx.Exec(statement); err != nil {
		return fmt.Errorf("%s: %w", statement[:min(200, len(statement))], err)
	}
	return nil
}

// numbers lists count numbers, separated by commas.
func numbers(first, count int) string {
	var list strings.Builder
	for n := first; n < first+count; n++ {
		if n > first {
			list.WriteByte(',')
		}
		list.WriteString(strconv.Itoa(n))
	}
	return list.String()
}
