package preview_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/dbx"
)

// addMedia adds rows of media whose previews are in a state, which a version of privet has left them in.
func addMedia(t *testing.T, s *testkit.Server, first, count int, state, version string) {
	t.Helper()
	_, err := s.App.NonconcurrentDB().NewQuery(`WITH RECURSIVE n(i) AS (SELECT {:first} UNION ALL SELECT i + 1 FROM n WHERE i < {:last})
		INSERT INTO media (id, file, type, user, still, still_tries, still_version, created, updated)
		SELECT i, printf('%032x.mp4', i), 'video', '1', {:state}, 3, {:version}, '2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`).
		Bind(dbx.Params{"first": first, "last": first + count - 1, "state": state, "version": version}).Execute()
	if err != nil {
		t.Fatal(err)
	}
}

func waiting(t *testing.T, s *testkit.Server, limit int) (ids []string, tries int) {
	t.Helper()
	files, err := store.WaitingPreviews(t.Context(), s.App, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		ids, tries = append(ids, file.ID), tries+file.Tries
	}
	return ids, tries
}

// A new version tries again what another one, or one that left no name, has given up, and nothing else. What is tried
// again waits behind what is new.
func TestUpgradeRetries(t *testing.T) {
	s := testkit.Start(t)
	s.Client()
	addMedia(t, s, 100, 1200, store.PreviewFailed, "1.0.0") // more than one transaction's
	addMedia(t, s, 2000, 2, store.PreviewFailed, "")
	addMedia(t, s, 3000, 3, store.PreviewFailed, "1.1.0")
	addMedia(t, s, 4000, 2, store.PreviewReady, "1.0.0")
	addMedia(t, s, 5000, 2, store.PreviewWaiting, "")
	count, err := store.RetryPreviewsOfOthers(t.Context(), s.App, "1.1.0")
	if err != nil || count != 1202 {
		t.Fatalf("%d are tried again: %v", count, err)
	}
	ids, tries := waiting(t, s, 2000)
	if len(ids) != 1204 || tries != 6 || !slices.Equal(ids[:3], []string{"5000", "5001", "100"}) || !slices.Equal(ids[1202:], []string{"2000", "2001"}) {
		t.Errorf("%d wait, with %d tries: %v … %v", len(ids), tries, ids[:3], ids[len(ids)-2:])
	}
	if count, err := store.RetryPreviewsOfOthers(t.Context(), s.App, "1.1.0"); err != nil || count != 0 {
		t.Errorf("another start tries %d again: %v", count, err)
	}
	if count, err := store.RetryPreviews(t.Context(), s.App, "3001", "4000", "5000", "9999"); err != nil || count != 1 {
		t.Errorf("of those that are named, %d are tried again: %v", count, err)
	}
	if count, err := store.RetryPreviews(t.Context(), s.App); err != nil || count != 2 {
		t.Errorf("of all, %d are tried again: %v", count, err)
	}
	for query, index := range map[string]string{
		`SELECT id FROM media WHERE still = 'waiting' ORDER BY still_version <> '', CAST(id AS INTEGER) LIMIT 9`:         "idx_media_still",
		`SELECT id FROM media WHERE still = 'failed' AND (still_version < '1.1.0' OR still_version > '1.1.0') LIMIT 500`: "idx_media_failed",
	} {
		if plan := fmt.Sprint(s.Plan(query)); !strings.Contains(plan, index) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s", query, plan)
		}
	}
}

// A moderator has a preview tried again that failed, and changes its state in no other way.
func TestDeskRetriesPreview(t *testing.T) {
	s := testkit.Start(t)
	s.Client()
	addMedia(t, s, 100, 1, store.PreviewFailed, "1.0.0")
	addMedia(t, s, 200, 1, store.PreviewReady, "1.0.0")
	dashboard := s.Dashboard()
	set := func(id int, state string) *testkit.Answer {
		return dashboard.Request(http.MethodPatch, dashboard.Path("media", id)).JSON(map[string]any{"still": state}).Do()
	}
	for _, refused := range []struct {
		id    int
		state string
	}{{100, "ready"}, {100, ""}, {200, "waiting"}, {200, "failed"}} {
		set(refused.id, refused.state).Want(400)
	}
	set(100, "failed").Want(200) // saved as it is
	set(100, "waiting").Want(200)
	if ids, tries := waiting(t, s, 9); !slices.Equal(ids, []string{"100"}) || tries != 0 {
		t.Errorf("%v wait, with %d tries", ids, tries)
	}
	set(100, "failed").Want(400)
	s.WantCleanLog()
}
