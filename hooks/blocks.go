package hooks

import (
	"context"
	"fmt"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// maxBlocked is how many users one user can block: they are left out of each search, one by one.
const maxBlocked = 5000

// registerBlocks binds the rules of blocks: whom one can block, and that the cache of principals, which knows who has blocks
// at all, follows every change.
func registerBlocks(app core.App) {
	app.OnRecordCreate(store.Blocks).BindFunc(func(e *core.RecordEvent) error {
		return store.InTransaction(e, func() error {
			if err := checkBlock(e.Context, e.App, store.AsBlock(e.Record)); err != nil {
				return err
			}
			return e.Next()
		})
	})
	invalidate := func(e *core.RecordEvent) error {
		block := store.AsBlock(e.Record)
		store.InvalidatePrincipals(e.App, block.Blocker())
		store.InvalidatePrincipals(e.App, block.Blocked())
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(store.Blocks).BindFunc(invalidate)
	app.OnRecordAfterDeleteSuccess(store.Blocks).BindFunc(invalidate)
}

// checkBlock refuses a block of oneself, of nobody, and of more users than one can block.
func checkBlock(ctx context.Context, tx core.App, block *store.Block) error {
	can, err := store.CanBeBlocked(ctx, tx, block.Blocked())
	if err != nil {
		return fmt.Errorf("block user %s: %w", block.Blocked(), err)
	}
	if !can || block.Blocked() == block.Blocker() {
		return refusal.New("blocked", "user_id", "The selected user id is invalid.")
	}
	count, err := store.CountBlocked(ctx, tx, block.Blocker())
	if err != nil {
		return fmt.Errorf("block user %s: %w", block.Blocked(), err)
	}
	if count >= maxBlocked {
		return refusal.New("blocked", "user_id", "Too many blocked users.")
	}
	return nil
}
