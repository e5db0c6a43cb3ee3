package personal_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/personal"
	"github.com/privet/privet/routes/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// exempt are tables without people: PocketBase's settings, the accounts of moderators, and what SQLite keeps for itself.
var exempt = regexp.MustCompile(`^(_collections|_migrations|_params|_superusers|sqlite_\w+|users_(search|names)_(config|data|docsize|idx))$`)

// Each column of the database says what it tells about people, and one that tells something says what becomes of it.
func TestEveryColumnIsDeclared(t *testing.T) {
	s := testkit.Start(t)
	var tables []string
	if err := s.App.DB().NewQuery(`SELECT name FROM sqlite_master WHERE type = 'table'`).Column(&tables); err != nil || len(tables) < 20 {
		t.Fatalf("%d tables: %v", len(tables), err)
	}
	for _, declared := range personal.Tables {
		if !slices.Contains(tables, declared.Name) {
			t.Errorf("%s is declared, and there is no such table", declared.Name)
		}
	}
	for _, table := range tables {
		if exempt.MatchString(table) {
			continue
		}
		var names []string
		if err := s.App.DB().NewQuery(`SELECT name FROM pragma_table_info('` + table + `')`).Column(&names); err != nil {
			t.Fatal(err)
		}
		declared := store.DeclaredTable(table)
		for _, name := range names {
			if c, ok := declared.Column(name); !ok || c.Kind == 0 {
				t.Errorf("%s.%s: nobody has said what it tells about people: package personal, or userFields in package store", table, name)
			}
		}
		for _, c := range declared.Columns {
			if !slices.Contains(names, c.Name) {
				t.Errorf("%s.%s is declared, and there is no such column", table, c.Name)
			}
			if c.Kind.IsPersonal() && c.Erased == personal.Stays && !c.Derived && c.Why == "" && declared.Erased == personal.RowsStay {
				t.Errorf("%s.%s is about people, and an erasure leaves it without a reason", table, c.Name)
			}
		}
	}
}

// rowsOf are rows of the person %[1]d, of tables in which the requests of the test leave none.
const rowsOf = `
INSERT INTO account_links (hash, user, purpose, expires) VALUES ('x', '%[1]d', 'password', '2100-01-01 00:00:00.000Z');
INSERT INTO profile_fetches (user, stage, provider, identity, app, language, name, nickname, picture, created, next_try)
	VALUES ('%[1]d', 'names', 'vk', '7', 'app', 'ru', 1, 'x', 'x', '2100-01-01 00:00:00.000Z', '2100-01-01 00:00:00.000Z');
INSERT INTO idempotency_keys (user, key, request, status, answer, "order", created, total) VALUES ('%[1]d', 'x', 'x', 200, 'x', '', '2100-01-01 00:00:00.000Z', 1);
INSERT INTO mails (id, kind, state, user, data) VALUES ('mail', 'password', 'sent', '%[1]d', 'null');
INSERT INTO pushes (id, state, type, receiver, event) VALUES ('push', 'sent', 'order.done', '%[1]d', 'event');
INSERT INTO blocks (id, blocker, blocked) VALUES ('block', '%[1]d', '1');
INSERT INTO cases (id, target, user, state) VALUES ('case', 'user %[1]d', '%[1]d', 'closed');
INSERT INTO signals (id, "case", target, kind) VALUES ('signal', 'case', 'user %[1]d', 'word');
INSERT INTO reports (id, "case", target, reporter, state) VALUES ('report', 'case', 'user 1', '%[1]d', 'closed');
INSERT INTO warnings (id, user) VALUES ('warning', '%[1]d');
INSERT INTO notes (id, user) VALUES ('note', '%[1]d');
INSERT INTO bans (id, user) VALUES ('ban', '%[1]d');
INSERT INTO invite_tokens (id, user, token) VALUES ('900', '%[1]d', 'x');
INSERT INTO _externalAuths (id, collectionRef, recordRef, provider, providerId) VALUES ('login', '_pb_users_auth_', '%[1]d', 'vk', 'x');
INSERT INTO _mfas (id, collectionRef, recordRef, method) VALUES ('mfa', '_pb_users_auth_', '%[1]d', 'otp');
INSERT INTO _otps (id, collectionRef, recordRef) VALUES ('otp', '_pb_users_auth_', '%[1]d');
INSERT INTO _authOrigins (id, collectionRef, recordRef, fingerprint) VALUES ('origin', '_pb_users_auth_', '%[1]d', 'x');`

// An erasure leaves no byte of what columns tell about a person in the database: each such column is given a mark before.
func TestErasureRemovesWhatIsPersonal(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	p := s.Signup("role", "2", "price", "5", "device_id", "phone", "firebase_token", "push")
	s.Order(client, p)
	s.Finish(performer, s.Order(p, performer)).Want(200)
	s.Post(fmt.Sprintf("order/update/%d", s.Order(client, p))).As(p.Token).JSON(`{"status":3,"cancel_text":"x"}`).Do().Want(200)
	user := fmt.Sprint(p.ID)
	for statement := range strings.SplitSeq(fmt.Sprintf(rowsOf, p.ID), ";") {
		s.Exec("%s", statement)
	}
	const mark = "zzmark"
	of := func(condition string) string {
		return strings.NewReplacer(":user", "'"+user+"'").Replace(condition)
	}
	for _, table := range append([]*personal.Table{store.DeclaredTable(store.Users)}, personal.Tables...) {
		where := of(table.Of)
		if table.Name == store.Users {
			where = "id = '" + user + "'"
		}
		for _, c := range table.Columns {
			if !c.Kind.IsPersonal() || where == "" && c.Of == "" || c.Why != "" || c.Unstored {
				continue
			}
			condition := where
			if c.Of != "" {
				condition = of(c.Of)
			}
			if n := s.Count(table.Name + " WHERE " + condition); n == 0 {
				t.Errorf("the test leaves no row of the person in %s", table.Name)
			}
			value := fmt.Sprintf(`'%s-%s-%s-' || hex(randomblob(4)) || '@example.com'`, mark, table.Name, c.Name)
			if c.Name == "data" { // JSON
				value = `'"' || ` + value + ` || '"'`
			}
			s.Exec(`UPDATE %s SET "%s" = %s WHERE %s`, table.Name, c.Name, value, condition)
		}
	}
	marked := func() (found []string) {
		for deadline := time.Now().Add(testkit.Soon); ; time.Sleep(10 * time.Millisecond) { // a reader may keep the log from being cut
			if err := store.CutLog(context.Background(), s.App); err != nil {
				t.Fatal(err)
			}
			log, err := os.Stat(filepath.Join(s.App.DataDir(), "data.db-wal"))
			if err != nil || log.Size() == 0 || time.Now().After(deadline) {
				break
			}
		}
		s.FlushLog()
		for _, name := range []string{"data.db", "data.db-wal", "auxiliary.db", "auxiliary.db-wal"} {
			content, err := os.ReadFile(filepath.Join(s.App.DataDir(), name))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			for at := bytes.Index(content, []byte(mark)); at >= 0; at = bytes.Index(content, []byte(mark)) {
				found = append(found, name+": "+string(content[at:min(len(content), at+40)]))
				content = content[at+1:]
			}
		}
		return found
	}
	if n := len(marked()); n < 30 {
		t.Errorf("the test has left %d marks", n)
	}
	dashboard := s.Dashboard()
	email := fmt.Sprint(dashboard.Open("users", p.ID)["email"])

	dashboard.Change("users", p.ID, map[string]any{"erase": email}).Want(200)

	if found := marked(); len(found) > 0 {
		t.Errorf("%d marks are left:\n%s", len(found), strings.Join(found, "\n"))
	}
	for _, c := range store.DeclaredTable(store.Users).Columns {
		if value := fmt.Sprint(dashboard.Open("users", p.ID)[c.Name]); c.Erased == personal.Emptied && c.Name != "invite" && !slices.Contains([]string{"", "0", "false", "[]"}, value) {
			t.Errorf("users.%s is %q", c.Name, value)
		}
	}
}
