package benchmark

import (
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"
	_ "github.com/privet/privet/pb_migrations"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/crypto/bcrypt"
)

// password is the password of all users.
const password = "password"

// groupSize is the size of a group of users: one is a regular client, one creates orders, one signs in, eight are
// performers.
const groupSize = 40

// dataset is a data folder of a given size. Users have ids from 1, each with a device of the same id. Every fifth is a
// performer.
type dataset struct {
	users, orders int
	dir           string
}

func (d *dataset) regularClients() int       { return d.users / groupSize }
func (d *dataset) regularClient(n int) int   { return n%d.regularClients()*groupSize + 1 } // half of the orders belong to regular clients
func (d *dataset) orderingClient(n int) int  { return n%d.regularClients()*groupSize + 2 } // creates orders
func (d *dataset) signingInClient(n int) int { return n%d.regularClients()*groupSize + 3 }
func (d *dataset) performer(n int) int       { return (n%(d.users/5) + 1) * 5 }
func (d *dataset) client(n int) int          { return n*7919%(d.users/5)*5 + 1 + n%4 }

func secret(user int) string { return "secret-of-" + strconv.Itoa(user) }
func token(user int) string  { return strconv.Itoa(user) + "|" + secret(user) }
func email(user int) string  { return "person" + strconv.Itoa(user) + "@example.com" }

//go:embed seed_test.go
var seedSource []byte

//go:embed texts_test.go
var wordsSource []byte

// loadDataset returns the data folder of the given size under root, and generates it if it doesn't exist. The folder's
// name depends on the schema, the source of the data, and the size.
func loadDataset(root string, users, orders int) (*dataset, error) {
	users = max(groupSize*5, users/groupSize*groupSize)
	empty, err := os.MkdirTemp(root, "empty-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(empty)
	schema, err := migrate(empty)
	if err != nil {
		return nil, err
	}
	name := sha256.Sum256(append(append([]byte(schema), seedSource...), wordsSource...))
	d := &dataset{users: users, orders: orders, dir: filepath.Join(root, fmt.Sprintf("%x-%d-%d", name[:6], users, orders))}
	if _, err := os.Stat(d.dir); err == nil {
		return d, nil
	}
	// The last statements are what PocketBase and privet do every night.
	if err := fillFile(filepath.Join(empty, "data.db"), d.fill, `DELETE FROM users_search_queue; INSERT INTO users_search(users_search) VALUES('optimize'); PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize = 0x10002`); err != nil {
		return nil, err
	}
	return d, os.Rename(empty, d.dir)
}

// migrate creates an empty data folder and returns its schema.
func migrate(dir string) (schema string, err error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		return "", err
	}
	if err := app.RunAllMigrations(); err != nil {
		return "", err
	}
	err = app.DB().NewQuery(`SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master ORDER BY name)`).Row(&schema)
	if err != nil {
		return "", err
	}
	return schema, app.ClearBootstrap()
}

// fillFile fills a database that nothing else uses in one transaction, and then runs the last statements outside of it.
func fillFile(file string, fill func(tx *sql.Tx) error, last string) error {
	opened, err := core.DefaultDBConnect(file)
	if err != nil {
		return err
	}
	db := opened.DB()
	db.SetMaxOpenConns(1)
	defer db.Close()
	if _, err := db.Exec(`PRAGMA synchronous = OFF; PRAGMA cache_size = -400000`); err != nil {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fill(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.Exec(last)
	return err
}

// fill inserts all rows: users and devices one by one, because they need texts and hashes from Go, the rest by SQL
// alone.
func (d *dataset) fill(tx *sql.Tx) error {
	if err := d.fillUsers(tx); err != nil {
		return err
	}
	stamp := timestampSQL("i")
	const number = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO `
	for _, statement := range []string{
		fmt.Sprintf(number+`media (id, file, type, user, "order", created, updated)
			SELECT CAST(i AS TEXT), lower(hex(randomblob(16))) || CASE WHEN i %% 10 THEN '.jpg' ELSE '.mp4' END,
				CASE WHEN i %% 10 THEN 'image' ELSE 'video' END, CAST(i AS TEXT), '', `+stamp+`, `+stamp+` FROM n`, d.users),
		fmt.Sprintf(number+`orders (id, client, performer, status, occasion, description, date_till, price, cancel_text, cancel_date, rating_rate, rating_text, rev, created, updated)
			SELECT CAST(i AS TEXT),
				CAST(CASE i %% 2 WHEN 0 THEN i / 2 %% %[2]d * %[3]d + 1 ELSE i * 7919 %% (%[4]d / 5) * 5 + 1 + i / 2 %% 4 END AS TEXT),
				CAST((i * 104729 %% (%[4]d / 5) + 1) * 5 AS TEXT),
				CASE (i / 2 + i / (2 * %[2]d)) %% 10 WHEN 4 THEN 'done' WHEN 5 THEN 'done' WHEN 6 THEN 'done' WHEN 7 THEN 'cancelled' WHEN 8 THEN 'reviewed' WHEN 9 THEN 'reviewed' ELSE 'new' END,
				'birthday', 'Поздравьте, пожалуйста, мою тётю с юбилеем, заказ ' || i, '2030-10-02 12:36:51.000Z', 2.99, '', '', 0, '', 1, `+stamp+`, `+stamp+` FROM n`,
			d.orders, d.regularClients(), groupSize, d.users),
		`UPDATE orders SET cancel_text = 'Не успеваю', cancel_date = updated, rev = 2 WHERE status = 'cancelled'`,
		`UPDATE orders SET rating_rate = 4.5, rating_text = 'Спасибо!', rev = 3 WHERE status = 'reviewed'`,
		fmt.Sprintf(`INSERT INTO media (id, file, type, user, "order", created, updated)
			SELECT CAST(%d + row_number() OVER (ORDER BY CAST(id AS INTEGER)) AS TEXT), lower(hex(randomblob(16))) || '.mp4', 'video', performer, id, created, updated
			FROM orders WHERE status IN ('done', 'reviewed')`, d.users),
		historySQL(`''`, `'new'`, `'client'`, `client`, `1`),
		historySQL(`'new'`, `'done'`, `'performer'`, `performer`, `status IN ('done', 'reviewed')`),
		historySQL(`'done'`, `'reviewed'`, `'client'`, `client`, `status = 'reviewed'`),
		historySQL(`'new'`, `'cancelled'`, `'performer'`, `performer`, `status = 'cancelled'`),
		fmt.Sprintf(`INSERT INTO sequences (name, value) VALUES ('users', %[1]d), ('access_tokens', %[1]d), ('orders', %[2]d), ('media', (SELECT count(*) FROM media))`, d.users, d.orders),
	} {
		if _, err := tx.Exec(statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// fillUsers inserts users and their devices.
func (d *dataset) fillUsers(tx *sql.Tx) error {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	if err != nil {
		return err
	}
	user, err := tx.Prepare(`INSERT INTO users (id, email, email_key, verified, password, tokenKey, nickname, name, role, categories, price, phone, description, invite, search, password_set, created, updated)
		VALUES (?1, ?2, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1, ?14, ?14)`)
	if err != nil {
		return err
	}
	device, err := tx.Prepare(`INSERT INTO devices (id, user, device_id, firebase_token, language, token, created, updated) VALUES (?1, ?1, ?2, ?3, 'ru', ?4, ?5, ?5)`)
	if err != nil {
		return err
	}
	for id := 1; id <= d.users; id++ {
		p, role, categories, price := d.profile(id), "client", "[]", 0.0
		if id%5 == 0 {
			role, categories, price = "performer", `["streamer","comedian"]`, 2.99
		}
		key, created := strconv.Itoa(id), time.Unix(firstRowTime+int64(id)*5, 0).UTC().Format("2006-01-02 15:04:05.000Z")
		if _, err := user.Exec(key, email(id), string(hash), fmt.Sprintf("benchmark%041d", id), p.nickname, p.name, role, categories, price,
			fmt.Sprintf("+7900%07d", id), p.description, fmt.Sprintf("%08d", id), p.search, created); err != nil {
			return err
		}
		if _, err := device.Exec(key, "phone-"+key, strings.Repeat("fcm", 40)+key, store.TokenHash(secret(id)), created); err != nil {
			return err
		}
	}
	return nil
}

// firstRowTime is the time of the first row, 2025-01-01 UTC, in Unix seconds.
const firstRowTime = 1735689600

// timestampSQL returns an SQL expression for the time of row i in PocketBase's format, five seconds after the row
// before. Its percent signs are escaped for Sprintf.
func timestampSQL(i string) string {
	return `strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', ` + strconv.Itoa(firstRowTime) + ` + ` + i + ` * 5, 'unixepoch')`
}

// historySQL returns a statement that inserts a transition into the history of the orders that match a condition.
func historySQL(from, to, actor, user, where string) string {
	return fmt.Sprintf(`INSERT INTO order_history (id, "order", "from", "to", actor, user, time)
		SELECT 'r' || lower(hex(randomblob(7))), id, %s, %s, %s, %s, updated FROM orders WHERE %s`, from, to, actor, user, where)
}
