package files

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sync"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// placement is held from the moment when a file is put at its place until its row is committed or given up, so that
// the number for which it was placed is the row's. Whoever is in a transaction must not wait for it.
var placement sync.Mutex

// RunInTransaction runs a transaction of app in which an upload, unless it is nil, becomes the file of a new media row.
//
// The file is at its place, and its names are on the disk, before the transaction begins: in it all other writers would
// wait for the disk. For that the row's number must be known, although it is taken in the transaction, as one that was
// taken before would be lost if the transaction failed. It is the next one, unless somebody else takes that: a
// moderator's batch, or one who chooses a number. Then MoveTo puts the file where it belongs, in the transaction.
func RunInTransaction(app core.App, upload *Upload, work func(tx core.App) error) error {
	return Ahead(app, upload, func() error { return app.RunInTransaction(work) })
}

// Ahead calls work, which runs a transaction as RunInTransaction does. It does no more than that if app is in a
// transaction already.
func Ahead(app core.App, upload *Upload, work func() error) error {
	if upload == nil || upload.id != "" || app.IsTransactional() {
		return work()
	}
	placement.Lock()
	defer placement.Unlock()
	next, err := store.PeekID(context.Background(), app, store.Media)
	if err != nil {
		return err
	}
	if err := upload.place(store.Key(next)); err != nil {
		return err
	}
	return work()
}

// MoveTo puts the file where PocketBase expects the files of the media row with that id, if it is not there already.
// Until Commit is called, Discard still removes it.
func (u *Upload) MoveTo(id string) error {
	if u.key != "" && u.id != "" { // in an object store
		if u.id != id {
			return fmt.Errorf("files: a file of media %s for media %s", u.id, id)
		}
		return nil
	}
	if u.key != "" && path.Base(path.Dir(u.key)) == id {
		return nil
	}
	return u.place(id)
}

// place moves the file, from where it is staged or was placed, to the folder of the media row with that id.
func (u *Upload) place(id string) error {
	folder, err := store.MediaFolder(u.app, id)
	if err != nil {
		return err
	}
	from, formerKey, formerMark := u.staged, u.key, u.placing
	if from == "" {
		from = localPath(u.app, formerKey)
	}
	mark := filepath.Join(stagingFolder(u.app), stagedName(id, u.Name)+placing)
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return fmt.Errorf("move upload: %w", err)
	}
	u.placing, u.key = mark, path.Join(folder, u.Name) // even if only its attributes get there
	if err := rename(durable.Of(u.app), from, localPath(u.app, u.key)); err != nil {
		return fmt.Errorf("move upload: %w", err)
	}
	u.staged = ""
	if formerKey != "" {
		if err := removeLocal(u.app, formerKey); err != nil { // its folder
			return fmt.Errorf("move upload: %w", err)
		}
		removeStaged(u.app, formerMark)
	}
	return nil
}
