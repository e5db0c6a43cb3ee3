package benchmark

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// bare is what a programmer could write by hand without a framework: net/http, database/sql, prepared statements, one
// statement per request. It shares no code with privet, so that changes of privet don't change the reference.
type bare struct {
	read, write *sql.DB
	open        bool // skip the lookup of tokens
	err         error

	token, user, orders, users, found                                                      *sql.Stmt
	byEmail, performer, sequence, order, history, outbox, oldDevice, dropDevice, addDevice *sql.Stmt
}

// serveBare serves at the address until the process ends.
func serveBare(dir, address string) error {
	s := &bare{open: os.Getenv(openVariable) != ""}
	file := filepath.Join(dir, "data.db")
	s.read, s.write = s.connect(file, 8), s.connect(file, 1)
	s.prepare()
	if s.err != nil {
		return s.err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /api/v1/user/view/{id}", s.signedIn(s.userView))
	mux.HandleFunc("GET /api/v1/user/search", s.signedIn(s.userSearch))
	mux.HandleFunc("GET /api/v1/order/search", s.signedIn(s.orderSearch))
	mux.HandleFunc("POST /api/v1/order/create", s.signedIn(s.orderCreate))
	mux.HandleFunc("POST /whole/api/v1/order/create", s.signedIn(s.orderCreate))
	mux.HandleFunc("POST /api/v1/auth/login", s.login)
	return http.ListenAndServe(address, mux)
}

// connect opens the database. It sets s.err if that fails.
func (s *bare) connect(file string, connections int) *sql.DB {
	db, err := core.DefaultDBConnect(file)
	if err != nil {
		s.err = err
		return nil
	}
	db.DB().SetMaxOpenConns(connections)
	db.DB().SetMaxIdleConns(connections)
	return db.DB()
}

// prepare prepares all statements. It sets s.err if one fails.
func (s *bare) prepare() {
	on := func(db *sql.DB, query string) *sql.Stmt {
		if s.err != nil {
			return nil
		}
		statement, err := db.Prepare(query)
		s.err = err
		return statement
	}
	// Without the casts SQLite replans a statement for each value of a parameter once there are statistics of the index
	// (STAT4): 72 µs instead of 17 for an order with its participants.
	const found = `WITH found AS MATERIALIZED (SELECT rowid >> 3 AS n FROM users_search WHERE text MATCH ?1 AND rowid & 4 = ?2)`
	const mine = `WITH mine AS MATERIALIZED (SELECT CAST(id AS INTEGER) AS n FROM orders WHERE client = CAST(?1 AS TEXT)
		UNION ALL SELECT CAST(id AS INTEGER) FROM orders WHERE performer = CAST(?1 AS TEXT))`
	s.token = on(s.read, `SELECT user, token, firebase_token FROM devices WHERE id = ?1`)
	s.user = on(s.read, `SELECT `+userSQL("u", "?1")+` FROM users u WHERE u.id = CAST(?2 AS TEXT)`)
	// The other participant of each order. The caller is a participant in all of them.
	s.orders = on(s.read, mine+` SELECT (SELECT count(*) FROM mine), `+orderSQL("?2")+`, `+userSQL("x", "?2")+`
		FROM (SELECT n FROM mine ORDER BY n DESC LIMIT 15) page CROSS JOIN orders o ON o.id = CAST(page.n AS TEXT)
			CROSS JOIN users x ON x.id = iif(o.client = ?1, o.performer, o.client)`)
	s.users = on(s.read, `SELECT (SELECT sum(count) FROM users_counts WHERE kind & 4 = ?1), `+userSQL("u", "?2")+`
		FROM users u WHERE u.role = CAST(?3 AS TEXT) AND u.banned = 0 ORDER BY CAST(u.id AS INTEGER) DESC LIMIT 15`)
	s.found = on(s.read, found+` SELECT (SELECT count(*) FROM found), `+userSQL("u", "?3")+`
		FROM (SELECT n FROM found ORDER BY n DESC LIMIT 15) page CROSS JOIN users u ON u.id = CAST(page.n AS TEXT)`)
	s.byEmail = on(s.read, `SELECT id, password FROM users WHERE email_key = ?1`)

	s.performer = on(s.write, `SELECT price FROM users WHERE id = ?1 AND role = 'performer'`)
	s.sequence = on(s.write, `INSERT INTO sequences (name, value) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`)
	s.order = on(s.write, `INSERT INTO orders (id, client, performer, status, occasion, description, date_till, price, rev, created, updated)
		VALUES (?1, ?2, ?3, 'new', ?4, ?5, ?6, ?7, 1, ?8, ?8)`)
	s.history = on(s.write, `INSERT INTO order_history ("order", "to", actor, user, time) VALUES (?1, 'new', 'client', ?2, ?3)`)
	s.outbox = on(s.write, `INSERT INTO pushes (state, type, receiver, "order", device, next_try, expires, event, created, updated)
		SELECT 'off', 'order.created', user, ?1, id, ?3, ?4, 'order-' || ?1 || '-1', ?3, ?3 FROM devices WHERE user = CAST(?2 AS TEXT) AND firebase_token <> ''`)
	s.oldDevice = on(s.write, `SELECT id, firebase_token FROM devices WHERE user = CAST(?1 AS TEXT) AND device_id = CAST(?2 AS TEXT)`)
	s.dropDevice = on(s.write, `DELETE FROM devices WHERE id = ?1`)
	s.addDevice = on(s.write, `INSERT INTO devices (id, user, device_id, firebase_token, language, token, created, updated) VALUES (?1, ?2, ?3, ?4, 'en', ?5, ?6, ?6)`)
}

// caller is the user of a token.
type caller struct{ user, firebaseToken string }

// signedIn returns a handler that authenticates the caller.
func (s *bare) signedIn(handle func(r *http.Request, by caller) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), "|")
		by := caller{user: id, firebaseToken: strings.Repeat("fcm", 40) + id}
		if !s.open {
			var stored string
			err := s.token.QueryRowContext(r.Context(), id).Scan(&by.user, &stored, &by.firebaseToken)
			if sum := sha256.Sum256([]byte(secret)); err != nil || hex.EncodeToString(sum[:]) != stored {
				http.Error(w, "Unauthorized", http.StatusUnauthorized)
				return
			}
		}
		respond(w, func() (any, error) { return handle(r, by) })
	}
}

// respond writes the result of handle as JSON.
func respond(w http.ResponseWriter, handle func() (any, error)) {
	body, err := handle()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // fails only if the client has disconnected
}

func (s *bare) userView(r *http.Request, by caller) (any, error) {
	user, err := s.readUser(r.Context(), base(r), r.PathValue("id"), by)
	return map[string]any{"data": user}, err
}

func (s *bare) readUser(ctx context.Context, base, id string, by caller) (*bareUser, error) {
	var user bareUser
	if err := s.user.QueryRowContext(ctx, base, id).Scan(user.targets()...); err != nil {
		return nil, err
	}
	return user.seenBy(by, true), nil
}

// userSearch supports role, and text of at least three characters. It returns page 1, the only one that the benchmark
// requests.
func (s *bare) userSearch(r *http.Request, by caller) (any, error) {
	query := r.URL.Query()
	var total int
	var rows *sql.Rows
	var err error
	if text := query.Get("text"); text != "" {
		phrase := `"` + strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(text), "ё", "е"), `"`, `""`) + `"`
		rows, err = s.found.QueryContext(r.Context(), phrase, 4, base(r))
	} else {
		rows, err = s.users.QueryContext(r.Context(), 4, base(r), "performer")
	}
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	users := make([]*bareUser, 0, 15)
	for rows.Next() {
		var user bareUser
		if err := rows.Scan(append([]any{&total}, user.targets()...)...); err != nil {
			return nil, err
		}
		users = append(users, user.seenBy(by, true))
	}
	slices.SortFunc(users, func(a, b *bareUser) int { return cmp.Compare(b.ID, a.ID) })
	return firstPage(users, len(users), total, base(r)+r.URL.Path, r.URL.RawQuery), rows.Err()
}

func (s *bare) orderSearch(r *http.Request, by caller) (any, error) {
	var total int
	rows, err := s.orders.QueryContext(r.Context(), by.user, base(r))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var caller *bareUser
	orders := make([]*bareOrder, 0, 15)
	for rows.Next() {
		var order bareOrder
		var other bareUser
		if err := rows.Scan(append(append([]any{&total}, order.targets()...), other.targets()...)...); err != nil {
			return nil, err
		}
		order.formatDates()
		order.Performer = other.seenBy(by, false)
		if strconv.FormatInt(order.PerformerID, 10) == by.user {
			if caller == nil {
				if caller, err = s.readUser(r.Context(), base(r), by.user, by); err != nil {
					return nil, err
				}
				caller.Categories = nil
			}
			order.Client, order.Performer = order.Performer, caller
		}
		orders = append(orders, &order)
	}
	slices.SortFunc(orders, func(a, b *bareOrder) int { return cmp.Compare(b.ID, a.ID) })
	return firstPage(orders, len(orders), total, base(r)+r.URL.Path, r.URL.RawQuery), rows.Err()
}

// base returns the URL that links begin with.
func base(r *http.Request) string { return "http://" + r.Host }
