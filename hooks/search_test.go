package hooks_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// search returns the ids that user/search finds for a query.
func search(s *testkit.Server, by testkit.Person, text, filters string) (ids []int) {
	found := s.Get("user/search?text=" + url.QueryEscape(text) + filters).As(by.Token).Do().Want(200).Map()
	for i := range found.Len("data") {
		ids = append(ids, found.Int("data", i, "id"))
	}
	return ids
}

// awaitIndex waits until the texts of all users are in the full-text index.
func awaitIndex(t *testing.T, s *testkit.Server) {
	t.Helper()
	for deadline := time.Now().Add(testkit.Soon); s.Count("users_search_queue") > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("texts are not indexed")
		}
	}
}

// The names and the first 2,000 characters of the description are searched, whichever of them was changed last and by
// whom.
func TestSearchedTexts(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	p := s.Performer()
	const letter, last, after = "Ж", "Ёлка", "хвост"
	description := strings.Repeat(letter, 1996) + last + after
	dashboard := s.Dashboard()
	check := func(change, nickname, name, description string) {
		t.Helper()
		runes := []rune(description)
		want := store.SearchKey(nickname + "\n" + name + "\n" + string(runes[:min(len(runes), 2000)]))
		row, err := s.App.FindRecordById("users", fmt.Sprint(p.ID))
		if err != nil {
			t.Fatal(err)
		}
		if got := row.GetString("search"); got != want {
			t.Errorf("%s: %d characters are searched, want %d", change, len([]rune(got)), len([]rune(want)))
		}
	}
	update := func(fields map[string]any) { s.Post("user/update").As(p.Token).JSON(fields).Do().Want(200) }
	update(map[string]any{"description": description, "nickname": "Ник", "name": "Имя"})
	check("all of them", "Ник", "Имя", description)
	update(map[string]any{"nickname": "Other\nline"})
	check("the nickname", "Other\nline", "Имя", description)
	dashboard.Change("users", p.ID, map[string]any{"name": "ИМЯ"}).Want(200)
	check("the name, by a moderator", "Other\nline", "ИМЯ", description)
	for range 2 { // from the queue, then from the index
		if !equal(search(s, p, "елка", ""), p.ID) || !equal(search(s, p, "other", ""), p.ID) || len(search(s, p, after, "")) != 0 {
			t.Error("other characters are searched than the first 2,000")
		}
		awaitIndex(t, s)
	}
	dashboard.Change("users", p.ID, map[string]any{"description": "e\u0301 " + description}).Want(200)
	check("the description, by a moderator", "Other\nline", "ИМЯ", "e\u0301 "+description)
	update(map[string]any{"description": nil})
	check("no description", "Other\nline", "ИМЯ", "")

	// A text that is longer than what is searched finds nobody.
	if found := search(s, p, strings.Repeat("o", 2001), ""); len(found) != 0 {
		t.Errorf("found %v", found)
	}
	s.WantCleanLog()
}

// A moderator's text is folded before the transaction of the change, in which nobody else can write.
func TestModeratorsTextsAreFoldedBefore(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	p := s.Performer()
	var folded []any
	s.App.OnRecordUpdate(store.Users).Bind(&hook.Handler[*core.RecordEvent]{
		Priority: -201, // the last one before the transaction
		Func: func(e *core.RecordEvent) error {
			if e.App.IsTransactional() {
				t.Error("the transaction has begun")
			}
			folded = append(folded, e.Record.GetRaw("@description"))
			return e.Next()
		},
	})
	dashboard := s.Dashboard()
	dashboard.Change("users", p.ID, map[string]any{"description": "ЁЛКА"}).Want(200)
	dashboard.Change("users", p.ID, map[string]any{"name": "x"}).Want(200)
	if len(folded) != 2 || folded[0] != any(store.NewDescription("ЁЛКА")) || folded[1] != nil {
		t.Errorf("folded were %v", folded)
	}
}

func equal(got []int, want ...int) bool { return fmt.Sprint(got) == fmt.Sprint(want) }

// Users who are not in the full-text index yet are found all the same, and nobody is found twice or when they are gone.
// The statements bypass the hooks, and so the worker that indexes.
func TestSearchQueue(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client := s.Client()
	first, second := s.Performer(), s.Performer()
	awaitIndex(t, s)
	queued := func(want ...int) {
		t.Helper()
		ids, err := store.QueuedUsers(t.Context(), s.App, 10)
		if err != nil || strings.Trim(fmt.Sprint(want), "[]") != strings.Join(ids, " ") {
			t.Errorf("in the queue are %v, want %v: %v", ids, want, err)
		}
	}
	found := func(text, filters string, want ...int) {
		t.Helper()
		if got := search(s, client, text, filters); !equal(got, want...) {
			t.Errorf("%s%s finds %v, want %v", text, filters, got, want)
		}
	}
	long := strings.Repeat("слово ", 12) // longer than a phrase of the index
	s.Exec(`UPDATE users SET search = 'новый текст %s' WHERE id = '%d'`, long, second.ID)
	queued(second.ID)
	found("НОВЫЙ", "", second.ID)
	found(long, "", second.ID)
	found("новый", "&role=2&category_id=2", second.ID)
	found("новый", "&role=1")
	found("новый", "&category_id=1")
	found("person", "", first.ID, client.ID) // its former text is gone

	s.Exec(`UPDATE users SET search = 'новый человек' WHERE id = '%d'`, first.ID)
	s.Exec(`UPDATE users SET role = 'client' WHERE id = '%d'`, first.ID)
	queued(second.ID, first.ID)
	found("новый", "", second.ID, first.ID)
	found("новый", "&role=1", first.ID)
	s.Exec(`UPDATE users SET banned = TRUE WHERE id = '%d'`, first.ID)
	found("новый", "", second.ID)
	s.RunJob("privet_search")
	queued()
	found("новый", "", second.ID)
	s.Exec(`UPDATE users SET banned = FALSE WHERE id = '%d'`, first.ID)
	queued(first.ID)
	found("новый", "", second.ID, first.ID)
	s.Exec(`DELETE FROM users WHERE id = '%d'`, first.ID)
	found("новый", "", second.ID)
	s.RunJob("privet_search")
	queued()
	found("новый", "", second.ID)
	found("новый", "&role=2", second.ID)
	s.WantCleanLog()
}
