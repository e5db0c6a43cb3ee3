package upgrade

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/privet/privet/hooks/disk"

	"github.com/pocketbase/pocketbase/core"
)

// unreleased is the first of the 22 migrations that made up the schema before the first release. They were merged into
// 1763900000_schema.go.
const unreleased = "1763900000_sequences.go"

// refuse returns an error if this version can't serve a folder: one that was made before the first release, whose migrations
// no longer exist, or one that a newer version has migrated, whose data this version would misread or damage. There is no way
// to force it; the error says how to go back instead.
func (u *upgrade) refuse(found state) error {
	dir := disk.Absolute(u.app.DataDir())
	if slices.Contains(found.migrations, unreleased) {
		return fmt.Errorf("the data folder %s was made by an unreleased version of privet and can't be upgraded: "+
			"start with a new folder", dir)
	}
	unknown := firstUnknown(found.migrations)
	if unknown == "" {
		return nil
	}
	newer := "a newer version of privet"
	if found.record.Version != "" && found.record.Version != u.version {
		newer += ", " + found.record.Version
	}
	return fmt.Errorf("the data folder %s belongs to %s, which has run the migration %s; this is version %s. "+
		"Start that version or a newer one.\n%s", dir, newer, unknown, u.version, u.wayBack(found.record.Version))
}

// wayBack says how to make a folder that a newer version has migrated one of this version again.
func (u *upgrade) wayBack(newer string) string {
	dir := disk.Absolute(u.app.DataDir())
	for _, c := range copies(dir) {
		ran := look(c.path, "immutable=1").migrations // nobody writes to a copy
		if len(ran) == 0 || firstUnknown(ran) != "" {
			continue
		}
		aside := filepath.Join(dir, undone+fileName(newer)+"-"+time.Now().UTC().Format(timeForm))
		return fmt.Sprintf("To go back to this version, put back the copy %s of the database, which was made before the upgrade, at %s UTC. "+
			"What was changed since is set aside, and lost to this version:\n"+
			"  mkdir %s &&\n  mv %s* %s &&\n  mv %s %s\n"+
			"Of a container with the volume privet-data, run them in: docker run --rm -it -u 65532 -v privet-data:/data busybox", c.path, c.made.Format(time.DateTime),
			disk.Quote(aside), disk.Quote(filepath.Join(dir, "data.db")), disk.Quote(aside), disk.Quote(c.path), disk.Quote(filepath.Join(dir, "data.db")))
	}
	return "The folder has no copy of the database from before the upgrade. To go back to this version, restore a backup that was made " +
		"before it, or let the newer version roll its migrations back (privet migrate down NUMBER), which loses what they added."
}

// firstUnknown returns the newest of some migrations that this version lacks, "" if it has all of them.
func firstUnknown(ran []string) string {
	for _, migration := range slices.Backward(ran) {
		if !contains(core.AppMigrations, migration) && !contains(core.SystemMigrations, migration) {
			return migration
		}
	}
	return ""
}

func contains(list core.MigrationsList, file string) bool {
	return slices.ContainsFunc(list.Items(), func(m *core.Migration) bool { return m.File == file })
}
