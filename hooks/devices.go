package hooks

import (
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// registerDevices keeps a push address with one device: who brings it takes it from the device that had it. Who is
// shut out gets no token, even if that happens while they sign in. A token that has ended or changed is no longer known.
func registerDevices(app core.App) {
	take := func(e *core.RecordEvent) error {
		return inTransaction(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			address := store.AsDevice(e.Record).PushToken()
			if address == "" {
				return nil
			}
			return store.ClaimPushToken(e.App, address, e.Record.Id)
		})
	}
	admit := func(e *core.RecordEvent) error {
		isOut, err := store.IsDisabled(e.App, store.AsDevice(e.Record).User())
		if err != nil {
			return err
		}
		if isOut {
			return store.ErrAccountDisabled
		}
		return e.Next()
	}
	app.OnRecordCreate(store.Devices, store.InviteTokens).BindFunc(admit)
	app.OnRecordCreate(store.Devices).BindFunc(take)
	app.OnRecordUpdate(store.Devices).BindFunc(take)
	forget := func(e *core.RecordEvent) error {
		device := store.AsDevice(e.Record)
		store.InvalidatePrincipals(e.App, device.User())
		store.InvalidatePrincipals(e.App, store.AsDevice(e.Record.Original()).User())
		return e.Next()
	}
	app.OnRecordAfterUpdateSuccess(store.Devices).BindFunc(forget)
	app.OnRecordAfterDeleteSuccess(store.Devices).BindFunc(forget)
	app.OnCollectionAfterDeleteSuccess(store.Devices).BindFunc(func(e *core.CollectionEvent) error {
		store.InvalidateAllPrincipals(e.App)
		return e.Next()
	})
}
