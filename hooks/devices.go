package hooks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// registerDevices binds the rules of devices and invite tokens, which are access tokens: the most recent device to
// register a push token owns it, what nobody uses for a year is signed out, a disabled user gets no access token, and the cache of principals follows every
// change.
func registerDevices(app core.App) {
	app.OnRecordCreate(store.Devices, store.InviteTokens).BindFunc(rejectDisabledUser)
	app.OnRecordCreate(store.Devices).BindFunc(claimPushToken)
	app.OnRecordUpdate(store.Devices).BindFunc(claimPushToken)
	app.OnRecordAfterUpdateSuccess(store.Devices).BindFunc(invalidatePrincipals)
	app.OnRecordAfterDeleteSuccess(store.Devices).BindFunc(invalidatePrincipals)
	app.OnCollectionAfterDeleteSuccess(store.Devices).BindFunc(func(e *core.CollectionEvent) error {
		store.InvalidateAllPrincipals(e.App)
		return e.Next()
	})
	worker.OnForeignChange(app, func() { store.InvalidateAllPrincipals(app) })
	app.Cron().MustAdd("privet_devices", "23 4 * * *", func() {
		if err := revokeUnusedDevices(app); err != nil {
			app.Logger().Error("devices that were not used for a year could not be signed out", "error", err)
		}
		removed, err := store.RemoveUnusedPushTokens(context.Background(), app, time.Now().Add(-pushTokenLifetime))
		if err != nil {
			app.Logger().Error("push tokens of devices that are not used could not be removed", "error", err)
		} else if removed > 0 {
			app.Logger().Info("push tokens of devices that were not used for 270 days were removed", "devices", removed)
		}
	})
}

// pushTokenLifetime is how long a device that nobody uses keeps its push token: Android's expire after that time. The
// device stays signed in, and its app registers another one when it is used again.
const pushTokenLifetime = 270 * 24 * time.Hour

// deviceLifetime is how long a device that nobody uses stays signed in.
const deviceLifetime = 365 * 24 * time.Hour

// revocationBatch is how many unused devices are deleted in one transaction, so that others can write in between.
const revocationBatch = 100

// revokeUnusedDevices is the daily job that signs out the devices that were not used for a year: a token in the backup of
// a lost phone should not be valid for ever. Their waiting pushes end, as those of any device that is signed out.
func revokeUnusedDevices(app core.App) error {
	before := time.Now().Add(-deviceLifetime)
	unused, err := store.UnusedDevices(context.Background(), app, before)
	if err != nil {
		return err
	}
	total := 0
	for batch := range slices.Chunk(unused, revocationBatch) {
		err := app.RunInTransaction(func(tx core.App) error {
			revoked, err := store.RevokeUnused(tx, batch, before)
			total += revoked
			return err
		})
		if err != nil {
			return err
		}
	}
	if total > 0 {
		app.Logger().Info("devices that were not used for a year were signed out", "devices", total)
	}
	return nil
}

// rejectDisabledUser refuses an access token to a user who was banned or erased, even while the sign-in was in
// progress.
func rejectDisabledUser(e *core.RecordEvent) error {
	user := store.AsDevice(e.Record).User()
	disabled, err := store.IsDisabled(e.Context, e.App, user)
	if err != nil {
		return fmt.Errorf("add a token of user %s: %w", user, err)
	}
	if disabled {
		return store.ErrAccountDisabled
	}
	return e.Next()
}

// claimPushToken removes the device's push token from all other devices, in the transaction of the save.
func claimPushToken(e *core.RecordEvent) error {
	return store.InTransaction(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		pushToken := store.AsDevice(e.Record).PushToken()
		if pushToken == "" {
			return nil
		}
		if err := store.ClaimPushToken(e.Context, e.App, pushToken, e.Record.Id); err != nil {
			return fmt.Errorf("claim the push token of device %s: %w", e.Record.Id, err)
		}
		return nil
	})
}

// invalidatePrincipals removes the device's user, and the one it had before the change, from the cache of principals.
func invalidatePrincipals(e *core.RecordEvent) error {
	store.InvalidatePrincipals(e.App, store.AsDevice(e.Record).User())
	store.InvalidatePrincipals(e.App, store.AsDevice(e.Record.Original()).User())
	return e.Next()
}
