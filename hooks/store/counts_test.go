package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// The totals and the first page of user/search stay exact through every kind of change to users.
func TestSearchTotals(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client := s.Client()
	for range 12 {
		s.Performer()
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func() *core.Record {
		users, err := s.App.FindAllRecords("users", dbx.NewExp("id <> {:me}", dbx.Params{"me": fmt.Sprint(client.ID)}))
		if err != nil {
			t.Fatal(err)
		}
		return users[random.IntN(len(users))]
	}
	compare := func(after string) {
		t.Helper()
		for _, role := range []string{"", "client", "performer"} {
			for _, category := range []string{"", "streamer", "comedian"} {
				for _, text := range []string{"", "al", "alpha"} {
					where, query := "banned = 0", ""
					if role != "" {
						where += " AND role = '" + role + "'"
						query += fmt.Sprintf("&role=%d", map[string]int{"client": 1, "performer": 2}[role])
					}
					if category != "" {
						where += ` AND categories LIKE '%"` + category + `"%'`
						query += fmt.Sprintf("&category_id=%d", map[string]int{"streamer": 1, "comedian": 2}[category])
					}
					if text != "" {
						where += " AND nickname LIKE '%" + text + "%'"
						query += "&text=" + text
					}
					var ids []int64
					if err := s.App.DB().NewQuery("SELECT CAST(id AS INTEGER) FROM users WHERE " + where + " ORDER BY 1 DESC").Column(&ids); err != nil {
						t.Fatal(err)
					}
					answer := s.Get("user/search?" + query).As(client.Token).Do().Want(200).Map()
					if total := answer.Int("meta", "total"); total != len(ids) {
						t.Fatalf("%s: %s: total %d, want %d", after, query, total, len(ids))
					}
					shown := answer.Len("data")
					if shown != min(len(ids), 15) {
						t.Fatalf("%s: %s: %d shown of %d", after, query, shown, len(ids))
					}
					for i := range shown {
						if id := answer.Int("data", i, "id"); int64(id) != ids[i] {
							t.Fatalf("%s: %s: place %d is %d, want %d", after, query, i, id, ids[i])
						}
					}
				}
			}
		}
	}
	compare("sign-up")
	defer func() { // the nightly job doesn't change them
		s.RunJob("privet_search")
		compare("merging")
		var segments int
		if err := s.App.DB().NewQuery(`SELECT count(DISTINCT segid) FROM users_search_idx`).Row(&segments); err != nil || segments != 1 {
			t.Errorf("the index has %d segments: %v", segments, err)
		}
	}()
	for n := range 24 {
		user := pick()
		after := ""
		switch n % 6 {
		case 0:
			after = "a nickname"
			user.Set("nickname", []string{"Alpha", "Beta", "alphabet", "Al"}[random.IntN(4)])
		case 1:
			after = "a role"
			user.Set("role", []string{"client", "performer"}[random.IntN(2)])
		case 2:
			after = "categories"
			user.Set("categories", [][]string{{}, {"streamer"}, {"streamer", "comedian"}}[random.IntN(3)])
		case 3:
			after = "a ban, or its end"
			user.Set("banned", !user.GetBool("banned"))
		case 4:
			after = "all at once"
			user.Set("nickname", "alpha")
			user.Set("role", "client")
			user.Set("categories", []string{"comedian"})
			user.Set("banned", random.IntN(2) == 0)
		case 5:
			after = "a deletion"
			if err := s.App.Delete(user); err != nil {
				t.Fatal(err)
			}
			compare(after)
			continue
		}
		if err := s.App.Save(user); err != nil {
			t.Fatal(err)
		}
		compare(after)
	}
}
