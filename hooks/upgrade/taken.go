package upgrade

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/privet/privet/hooks/disk"

	"github.com/pocketbase/pocketbase/core"
)

// made are the names of the tables that each migration makes, those of collections and views included.
var made = map[string][]string{
	"1763900000_schema.go": {"sequences", "users_search", "users_counts", "devices", "invite_tokens", "orders", "order_history", "media", "pushes",
		"queue_banned", "queue_failed_pushes", "queue_low_ratings", "queue_new_performers", "queue_overdue_orders"},
	"1795727500_idempotency_keys.go": {"idempotency_keys"},
	"1795735700_file_removals.go":    {"file_removals"},
	"1795736000_search_queue.go":     {"users_search_queue"},
	"1795750100_state_counts.go":     {"state_counts"},
	"1795760000_blocks.go":           {"blocks"},
	"1795762000_reports.go":          {"cases", "reports"},
	"1795762300_profile_fetches.go":  {"profile_fetches"},
	"1795763000_reminders.go":        {"order_zone"},
	"1795764000_mails.go":            {"account_links", "mails"},
	"1795766000_audit.go":            {"audit"},
	"1795766100_desk.go":             {"signals", "warnings", "bans", "notes"},
	"1795766300_reasons.go":          {"reasons", "watched_words"},
	"1795766400_case_calls.go":       {"case_calls"},
	"1795767000_desk_search.go":      {"users_names"},
	"1795767200_figures.go":          {"push_hours"},
}

// removed are the names of the tables that a migration removes, views included.
var removed = map[string][]string{
	"1795770100_queues.go": {"queue_banned", "queue_failed_pushes", "queue_low_ratings", "queue_new_performers", "queue_overdue_orders", "order_zone"},
}

// refuseTaken returns an error if a folder has a collection whose name a migration that it has not run needs, or a view that reads what
// such a migration removes, as an owner may have made one: the migration would fail.
func (u *upgrade) refuseTaken(found state) error {
	var taken []string
	for _, migration := range pending(found.migrations, core.AppMigrations) {
		for _, name := range made[migration] {
			if slices.Contains(found.tables, name) {
				taken = append(taken, name)
			}
		}
	}
	former := "the version that has served the folder so far"
	if found.record.Version != "" {
		former += ", " + found.record.Version
	}
	if readers := readersOf(found); len(readers) > 0 {
		return fmt.Errorf("the data folder %s has views of its own that read what version %s no longer has: %s. Nothing was changed. "+
			"Start %s, delete them in its dashboard or let them read something else, then start this version again",
			disk.Absolute(u.app.DataDir()), u.version, strings.Join(readers, ", "), former)
	}
	if len(taken) == 0 {
		return nil
	}
	return fmt.Errorf("the data folder %s has collections of its own whose names version %s needs for its own: %s. Nothing was changed. "+
		"Start %s, rename them in its dashboard (Collections, the collection, Edit collection, Name), then start this version again",
		disk.Absolute(u.app.DataDir()), u.version, strings.Join(taken, ", "), former)
}

// readersOf returns the owner's views that read what a migration removes that the folder has not run, as which reads what.
func readersOf(found state) (readers []string) {
	for _, migration := range pending(found.migrations, core.AppMigrations) {
		for _, name := range removed[migration] {
			word := regexp.MustCompile(`\b` + name + `\b`)
			for _, view := range slices.Sorted(maps.Keys(found.views)) {
				if !slices.Contains(removed[migration], view) && word.MatchString(found.views[view]) {
					readers = append(readers, view+" reads "+name)
				}
			}
		}
	}
	return readers
}
