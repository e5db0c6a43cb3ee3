package desk_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// hostile is a text as users write them.
const hostile = `<img src=x onerror=alert(1)> "'` + "\u202e" + `=1+1`

// The page of an order has both people, what was wished for and delivered, what happened, newest first, with what became of each push, and
// which acts make sense.
func TestOrderStory(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	d := moderator(s)
	client, performer := s.Signup("role", "1", "nickname", hostile), s.Performer()
	s.AddDevice(performer, "push", "ru")
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	other := s.Order(client, performer)
	report(s, client, "order_id", order)
	d.post(fmt.Sprintf("orders/%d/note", order), in{"text": "A note"}).Want(200)
	s.Exec(`UPDATE pushes SET state = 'failed', error = 'The app was removed from the device, or its push token has changed.' WHERE type = 'order.created' AND "order" = '%d'`, order)

	read := func() testkit.Map { return d.get(fmt.Sprintf("orders/%d", order)).Want(200).Map() }
	story := read()
	if story.String("client", "nickname") != hostile || story.Int("client", "orders") != 2 || story.Int("client", "reports") != 1 || story.Int("performer", "id") != performer.ID ||
		story.Int("pair", "orders") != 2 || story.Len("media") != 1 || story.Int("others", 0, "id") != other || story.String("status") != "done" || story.String("done") == "" ||
		story.String("case", "kind") != "report" || story.Len("reports") != 1 {
		t.Errorf("%v", story)
	}
	s.Get(story.String("media", 0, "url")).Do().Want(200)
	events := func() (kinds []string) {
		story := read()
		last := "9"
		for i := range story.Len("timeline") {
			kind := story.String("timeline", i, "kind")
			if push, ok := story.At("timeline", i, "push").(map[string]any); ok {
				kind += fmt.Sprint(" ", push["state"], " ", push["code"])
			}
			kinds = append(kinds, kind)
			if at := story.String("timeline", i, "at"); at > last {
				t.Errorf("%s comes after %s", at, last)
			} else {
				last = at
			}
		}
		slices.Sort(kinds)
		return kinds
	}
	if got, want := events(), []string{"created", "delivered", "note", "opened", "push failed app_gone", "push none no_device", "report"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	russian := s.Get(fmt.Sprintf("/api/desk/orders/%d", order)).As(d.token).Header("Accept-Language", "ru").Do().Want(200)
	if !strings.Contains(string(russian.Body), "Приложение удалено с телефона.") {
		t.Error("the reason of a push is not in Russian")
	}
	allowed := func() (acts []string) {
		story := read()
		for i := range story.Len("acts") {
			if story.At("acts", i, "allowed") == true {
				acts = append(acts, story.String("acts", i, "act"))
			} else if story.String("acts", i, "why") == "" {
				t.Errorf("%v", story.At("acts", i))
			}
		}
		return acts
	}
	if got := allowed(); !slices.Equal(got, []string{"note", "status", "cancel", "hide", "remove", "warn", "ban"}) {
		t.Errorf("%q", got)
	}
	d.post(fmt.Sprintf("orders/%d/cancel", order), in{"rev": story.Int("rev"), "text": "It breaks the rules"}).Want(200)
	if got := allowed(); slices.Contains(got, "cancel") {
		t.Errorf("%q", got)
	}
	if got := events(); !slices.Contains(got, "cancelled") || slices.Contains(got, "cancel") {
		t.Errorf("%q", got)
	}
	if top := read(); !strings.Contains(fmt.Sprint(top.At("timeline")), "It breaks the rules") {
		t.Errorf("%v", top.At("timeline"))
	}
	for path, want := range map[string]int{"orders/999": 404, "orders/x": 404, "orders/-1": 404, "orders/99999999999999999999": 404, "orders/%00": 404, "users/0": 404} {
		d.get(path).Want(want)
	}
	s.WantCleanLog()
}

// The page of a person has figures, both ways, and lists of all that belongs to them, but no contacts.
func TestPersonStory(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	d := moderator(s)
	performer := s.Signup("role", "2", "nickname", hostile, "device_id", "one phone", "phone", "+7 999 123-45-67", "description", hostile)
	other := s.Signup("role", "1", "device_id", "one phone")
	client := s.Client()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	s.Post(fmt.Sprintf("order/update/%d", order)).As(client.Token).JSON(`{"status":4,"rating_rate":3}`).Do().Want(200)
	report(s, client, "user_id", performer.ID)
	report(s, performer, "order_id", order)
	d.post(fmt.Sprintf("users/%d/note", performer.ID), in{"text": "Watch this one"}).Want(200)
	d.post(fmt.Sprintf("users/%d/ban", performer.ID), in{"text": "Insults", "until": "2100-01-01T00:00:00Z"}).Want(200)
	s.Exec(`INSERT INTO _externalAuths (id, collectionRef, recordRef, provider, providerId, created, updated) VALUES ('a', '_pb_users_auth_', '%d', 'google', 'secret-id', '', '')`, performer.ID)

	path := fmt.Sprintf("users/%d", performer.ID)
	answer := d.get(path).Want(200)
	p := answer.Map()
	if p.Int("figures", "orders") != 1 || p.Int("figures", "as_performer", "done") != 1 || p.At("figures", "rating") != 3.0 || p.Int("figures", "as_client", "orders") != 0 ||
		p.Int("figures", "reports") < 1 || p.String("ban", "reason") != "Insults" || p.String("ban", "until") != "2100-01-01T00:00:00.000Z" || p.String("identities", 0) != "google" ||
		p.Len("media") != 2 || p.Int("orders", 0, "id") != order || p.String("notes", 0, "text") != "Watch this one" || p.Int("reports", "filed") != 1 || p.Int("counts", "bans") != 1 ||
		p.String("nickname") != hostile || p.String("description") != hostile || p.String("case", "kind") != "report" {
		t.Errorf("%v", p)
	}
	for _, secret := range []string{performer.Email, "123-45-67", "secret-id", client.Email} {
		if strings.Contains(string(answer.Body), secret) {
			t.Errorf("%s is in %s", secret, answer.Body)
		}
	}
	if same := d.get(fmt.Sprintf("users/%d", other.ID)).Want(200).Map(); same.Len("same_device") != 0 || same.Len("devices") != 1 {
		t.Errorf("%v", same) // the ban has signed the performer out
	}
	acts := map[string]bool{}
	for i := range p.Len("acts") {
		acts[p.String("acts", i, "act")] = p.At("acts", i, "allowed") == true
	}
	if !acts["unban"] || !acts["ban"] || !acts["erase"] {
		t.Errorf("%v", acts)
	}
	for list, want := range map[string]int{"orders": 1, "media": 2, "reports": 2, "devices": 0, "bans": 1, "notes": 1, "log": 2} {
		page := d.get(path + "/" + list).Want(200).Map()
		if page.Len("items") != want || page.At("more") != false || page.Int("page") != 1 {
			t.Errorf("%s: %v", list, page)
		}
		if d.get(path+"/"+list+"?page=2").Want(200).Map().Len("items") != 0 {
			t.Errorf("%s has a second page", list)
		}
		d.get(path + "/" + list + "?page=x").Want(400)
		d.get("users/999/" + list).Want(404)
	}
	s.Login(testkit.Person{Email: other.Email})
	d.post(path+"/erase", in{"confirm": fmt.Sprint(performer.ID)}).Want(200)
	erased := d.get(path).Want(200).Map()
	for i := range erased.Len("acts") {
		if erased.At("acts", i, "allowed") == true {
			t.Errorf("%v", erased.At("acts", i))
		}
	}
	s.WantCleanLog()
}

// The log is filtered by who, what, whom and when; only owners get it as a table, in which no cell is a formula, and that is in the log as well.
func TestLog(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	d := moderator(s)
	person := s.Client()
	d.post(fmt.Sprintf("users/%d/warn", person.ID), in{"text": "=HYPERLINK(1)"}).Want(200)
	d.post(fmt.Sprintf("users/%d/contacts", person.ID), in{}).Want(200)
	count := func(query string) int { return d.get("log?" + query).Want(200).Map().Len("items") }
	for query, want := range map[string]int{"what=warn": 1, fmt.Sprintf("whom=%d", person.ID): 2, fmt.Sprintf("whom=user:%d&what=contacts", person.ID): 1, "whom=order+1": 0,
		"who=" + testkit.ModeratorEmail + "&what=warn": 1, "who=nobody": 0, "from=2100-01-01": 0, "to=2000-01-01": 0, "what=warn&from=2000-01-01&to=2100-01-01": 1, "what=warn&page=2": 0} {
		if got := count(query); got != want {
			t.Errorf("%s: %d rows, want %d", query, got, want)
		}
	}
	for _, bad := range []string{"from=x", "to=2024-13-01", "whom=%00", "whom=a+b+c", "who=" + strings.Repeat("a", 300), "what=%ff", "page=0"} {
		d.get("log?" + bad).Want(400)
	}
	d.get("log.csv").Want(403)
	answer := s.Get("/api/desk/log.csv?what=warn").As(s.Owner()).Do().Want(200)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(answer.Body), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][3] != "warn" || rows[1][6] != "'=HYPERLINK(1)" || answer.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%q, %v", rows, err)
	}
	if count("what=export") != 1 {
		t.Error("the download is not in the log")
	}
	s.WantCleanLog()
}

// The log is downloaded as it is read: each row once, the newest first, without those that are added meanwhile. What breaks off does not
// look whole.
func TestDownloadLog(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	owner := s.Owner()
	const rows = 4000 // with long reasons, so that all of them fit into no buffer on the way
	s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO audit (id, at, act, target_kind, target, reason) SELECT 'row' || i, strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', '2024-01-01', (i * 7 %% 400) || ' minutes'),
			'warn', 'user', i, hex(zeroblob(2000)) FROM n`, rows)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(256 << 10)
		}
		return conn, err
	}}}
	defer client.CloseIdleConnections()
	// begun returns a download of which the first line was read.
	begun := func() (*csv.Reader, io.Closer) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/desk/log.csv?what=warn", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", owner)
		answer, err := client.Do(request)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatal(answer, err)
		}
		table := csv.NewReader(answer.Body)
		if line, err := table.Read(); err != nil || len(line) != 9 {
			t.Fatal(line, err)
		}
		return table, answer.Body
	}

	_, left := begun()
	left.Close()
	table, body := begun()
	s.Exec(`INSERT INTO audit (id, at, act, target) VALUES ('late', '2000-01-01 00:00:00.000Z', 'warn', 'late')`)
	lines, err := table.ReadAll()
	body.Close()
	seen := map[string]bool{}
	for i, line := range lines {
		seen[line[5]] = true
		if i > 0 && line[0] > lines[i-1][0] {
			t.Fatalf("%s stands after %s", line[0], lines[i-1][0])
		}
	}
	if err != nil || len(lines) != rows || len(seen) != rows || seen["late"] {
		t.Errorf("%d rows, of %d acts: %v", len(lines), len(seen), err)
	}
	s.WantCleanLog()

	table, body = begun()
	s.Exec(`ALTER TABLE audit RENAME TO elsewhere`)
	if lines, err := table.ReadAll(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%d rows: %v", len(lines), err)
	}
	body.Close()
	s.WantLog("a download of the log was broken off")
}

// Owners see what has failed, to whom and why; moderators don't.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	d := moderator(s)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "push", "en")
	s.Order(client, performer)
	s.Exec(`UPDATE pushes SET state = 'failed', error = 'The app was removed from the device, or its push token has changed.'`)
	s.Exec(`UPDATE media SET still = 'failed' WHERE user = '%d'`, client.ID)
	d.get("faults").Want(403)
	faults := s.Get("/api/desk/faults").As(s.Owner()).Do().Want(200).Map()
	if faults.Int("pushes", 0, "user", "id") != performer.ID || faults.String("pushes", 0, "code") != "app_gone" || faults.Int("previews", 0, "user", "id") != client.ID || faults.Len("mails") != 0 || faults.At("more", "previews") != false {
		t.Errorf("%v", faults)
	}
	s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1059)
		INSERT INTO media (id, file, type, user, still, created, updated) SELECT i, i || '.mp4', 'video', '%d', 'failed', '', strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', '2000-01-01', (i * 7 %% 60) || ' days') FROM n`, client.ID)
	var seen []string
	for page, last := range []int{50, 11} { // the first one is from now
		faults := s.Get(fmt.Sprint("/api/desk/faults?kind=previews&page=", page+1)).As(s.Owner()).Do().Want(200).Map()
		if faults.Len("previews") != last || faults.At("more", "previews") != (page == 0) || faults.Len("pushes") != 0 {
			t.Errorf("page %d: %v", page+1, faults)
		}
		for i := range faults.Len("previews") {
			seen = append(seen, faults.String("previews", i, "at"))
		}
	}
	slices.Reverse(seen)
	if !slices.IsSorted(seen) || len(slices.Compact(seen)) != 61 {
		t.Errorf("%v", seen)
	}
	s.Get("/api/desk/faults?kind=nonsense").As(s.Owner()).Do().Want(400)
	s.WantCleanLog()
}
