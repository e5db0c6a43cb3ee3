package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/list"
	"github.com/pocketbase/pocketbase/tools/security"
)

const (
	fieldDeviceID  = "device_id"
	fieldPushToken = "firebase_token"
	fieldLanguage  = "language"
	fieldToken     = "token"
	fieldExpires   = "expires"
)

// Device is a record of devices: one installation of the app in which a user is signed in, and its access token.
type Device struct{ core.BaseRecordProxy }

// AsDevice wraps a record of devices.
func AsDevice(record *core.Record) *Device {
	d := &Device{}
	d.SetProxyRecord(record)
	return d
}

// User returns the id of the user who is signed in.
func (d *Device) User() string { return d.GetString(fieldUser) }

// PushToken returns the FCM registration token to which pushes for this device are sent, "" for none.
func (d *Device) PushToken() string { return d.GetString(fieldPushToken) }

// SignIn is what an app sends of its device when a user signs in.
type SignIn struct {
	UserID    string
	DeviceID  string // the app's own id of the device; with "", each sign-in is another device
	PushToken string // with "", a device that is known keeps its former one
	Language  string // of the pushes: ru or en
}

// AddDevice signs a user in on a device and returns the new access token and its principal. A device with the same
// DeviceID and user is replaced: its token ends, and the new device inherits its waiting pushes.
func AddDevice(ctx context.Context, tx core.App, in SignIn) (token string, p *Principal, err error) {
	pushes, err := replaceDevices(ctx, tx, &in)
	if err != nil {
		return "", nil, query.Wrap("replace device", err)
	}
	device, err := query.NewRecord(tx, Devices)
	if err != nil {
		return "", nil, query.Wrap("add device", err)
	}
	secret := newSecret()
	device.Set(fieldUser, in.UserID)
	device.Set(fieldDeviceID, in.DeviceID)
	device.Set(fieldPushToken, in.PushToken)
	device.Set(fieldLanguage, in.Language)
	device.Set(fieldToken, TokenHash(secret))
	if err := tx.Save(device); err != nil {
		return "", nil, query.Wrap("add device", err)
	}
	if err := reassignPushes(ctx, tx, pushes, device.Id); err != nil {
		return "", nil, query.Wrap("reassign pushes", err)
	}
	p = &Principal{UserID: query.Number(in.UserID), DeviceID: query.Number(device.Id), PushToken: in.PushToken}
	return device.Id + "|" + secret, p, nil
}

// replaceDevices deletes the user's devices with the DeviceID of a sign-in, to which it adds their push token if it has
// none. It returns the ids of their waiting pushes.
func replaceDevices(ctx context.Context, tx core.App, in *SignIn) (pushes []string, err error) {
	if in.DeviceID == "" {
		return nil, nil
	}
	// No filter expression: PocketBase's would not match an id that contains a NUL.
	former, err := tx.FindAllRecords(Devices, dbx.HashExp{fieldUser: in.UserID, fieldDeviceID: in.DeviceID})
	if err != nil {
		return nil, err
	}
	for _, device := range former {
		if in.PushToken == "" {
			in.PushToken = AsDevice(device).PushToken()
		}
		waiting, err := waitingPushes(ctx, tx, device.Id)
		if err != nil {
			return nil, err
		}
		pushes = append(pushes, waiting...)
		if err := tx.Delete(device); err != nil {
			return nil, err
		}
	}
	return pushes, nil
}

// HasDevice reports whether a user is signed in on a device with that device_id. For a nil user it returns false after
// the same time.
func HasDevice(app core.App, user *User, deviceID string) (bool, error) {
	if deviceID == "" {
		return false, nil
	}
	id := ""
	if user != nil {
		id = user.Id
	}
	count, err := app.CountRecords(Devices, dbx.HashExp{fieldUser: id, fieldDeviceID: deviceID})
	return count > 0, query.Wrap("find device", err)
}

// SetPushToken sets the push token of a device; "" removes it. The error is ErrNotFound when the device has signed out.
func SetPushToken(app core.App, deviceID, token string) error {
	device, err := app.FindRecordById(Devices, deviceID)
	if err != nil {
		return query.Wrap("find device", query.NotFound(err))
	}
	if AsDevice(device).PushToken() == token {
		return nil
	}
	device.Set(fieldPushToken, token)
	return query.Wrap("set push token", app.Save(device))
}

// ClaimPushToken removes a push token from all devices but one: the most recent device to register it owns it.
func ClaimPushToken(ctx context.Context, tx core.App, token, deviceID string) error {
	var users []string
	err := tx.NonconcurrentDB().NewQuery(`UPDATE devices SET firebase_token = ''
		WHERE firebase_token = {:address} AND id <> {:id} RETURNING user`).
		Bind(dbx.Params{"address": token, "id": deviceID}).WithContext(ctx).Column(&users)
	invalidateOnCommit(tx, users)
	return query.Wrap("claim push token", err)
}

// RemovePushToken removes a push token that FCM does not know any more, unless the device has another one by now.
func RemovePushToken(ctx context.Context, app core.App, deviceID, token string) error {
	var users []string
	err := app.NonconcurrentDB().NewQuery(`UPDATE devices SET firebase_token = '' WHERE id = {:id} AND firebase_token = {:address} RETURNING user`).
		Bind(dbx.Params{"id": deviceID, "address": token}).WithContext(ctx).Column(&users)
	invalidateOnCommit(app, users)
	return query.Wrap("remove push token", err)
}

// SignOut deletes a device, and so its access token and its push token, and ends the pushes that wait for it. The error is
// ErrNotFound when it has signed out already.
func SignOut(ctx context.Context, tx core.App, deviceID string) error {
	device, err := tx.FindRecordById(Devices, deviceID)
	if err != nil {
		return query.Wrap("find device", query.NotFound(err))
	}
	err = query.Write(ctx, tx, `UPDATE pushes SET state = 'expired', error = 'The device signed out.', next_try = '', updated = :now
		WHERE device = :device AND state IN ('waiting', 'held')`, sql.Named("device", deviceID), sql.Named("now", query.Timestamp(time.Now())))
	if err != nil {
		return query.Wrap("end pushes of device", err)
	}
	return query.Wrap("sign out", tx.Delete(device))
}

// RevokeSessions deletes all devices of a user, and so their access tokens, but the device with the id except ("" for
// no exception).
func RevokeSessions(tx core.App, userID, except string) error {
	devices, err := tx.FindAllRecords(Devices, dbx.HashExp{fieldUser: userID}, dbx.NewExp("id <> {:except}", dbx.Params{"except": except}))
	if err != nil {
		return query.Wrap("find sessions", err)
	}
	return revoke(tx, devices)
}

// lastUse is when a device was last used, or else added.
const lastUse = `max(last_used, created)`

// UnusedDevices returns the ids of the devices that were last used before a time, in no order.
func UnusedDevices(ctx context.Context, app core.App, before time.Time) ([]string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT id FROM devices WHERE ` + lastUse + ` < {:before}`).
		Bind(dbx.Params{"before": query.Timestamp(before)}).WithContext(ctx).Column(&ids)
	return ids, query.Wrap("read unused devices", err)
}

// RevokeUnused deletes those of some devices that were last used before a time, and so their access tokens. It returns how many
// were.
func RevokeUnused(tx core.App, ids []string, before time.Time) (revoked int, err error) {
	unused := dbx.NewExp(lastUse+" < {:before}", dbx.Params{"before": query.Timestamp(before)}) // still: one may have been used since
	devices, err := tx.FindAllRecords(Devices, dbx.In("id", list.ToInterfaceSlice(ids)...), unused)
	if err != nil {
		return 0, query.Wrap("find unused devices", err)
	}
	return len(devices), revoke(tx, devices)
}

// RemoveUnusedPushTokens removes the push tokens of all devices that were last used before a time, and returns how many
// there were: their services have forgotten them, too.
func RemoveUnusedPushTokens(ctx context.Context, app core.App, before time.Time) (removed int, err error) {
	var users []string
	err = app.NonconcurrentDB().NewQuery(`UPDATE devices SET firebase_token = '' WHERE firebase_token <> '' AND ` + lastUse + ` < {:before} RETURNING user`).
		Bind(dbx.Params{"before": query.Timestamp(before)}).WithContext(ctx).Column(&users)
	invalidateOnCommit(app, users)
	return len(users), query.Wrap("remove unused push tokens", err)
}

// revoke deletes devices, each through its hooks.
func revoke(tx core.App, devices []*core.Record) error {
	for _, device := range devices {
		if err := tx.Delete(device); err != nil {
			return query.Wrap("revoke session", err)
		}
	}
	return nil
}

// newSecret returns the secret part of a new access token in Sanctum's format: 40 random characters and their CRC-32.
func newSecret() string {
	random := security.RandomStringWithAlphabet(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
	return random + fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(random)))
}

// TokenHash returns what the database stores of a token's secret and by which the token is found: its SHA-256 in hex.
func TokenHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// AddInviteToken creates an access token that can read the profile of one user, and nothing else, until it expires.
func AddInviteToken(tx core.App, userID string, expires time.Time) (token string, err error) {
	record, err := query.NewRecord(tx, InviteTokens)
	if err != nil {
		return "", query.Wrap("add invite token", err)
	}
	secret := newSecret()
	record.Set(fieldUser, userID)
	record.Set(fieldExpires, expires)
	record.Set(fieldToken, TokenHash(secret))
	if err := tx.Save(record); err != nil {
		return "", query.Wrap("add invite token", err)
	}
	return record.Id + "|" + secret, nil
}

// RevokeInviteTokens deletes all invite tokens for a user's profile.
func RevokeInviteTokens(ctx context.Context, tx core.App, userID string) error {
	_, err := tx.NonconcurrentDB().Delete(InviteTokens, dbx.HashExp{fieldUser: userID}).WithContext(ctx).Execute()
	return query.Wrap("revoke invite tokens", err)
}

// DeleteExpiredInviteTokens deletes the invite tokens that expired before now.
func DeleteExpiredInviteTokens(ctx context.Context, app core.App, now time.Time) error {
	_, err := app.NonconcurrentDB().Delete(InviteTokens, dbx.NewExp("expires < {:now}",
		dbx.Params{"now": query.Timestamp(now)})).WithContext(ctx).Execute()
	return query.Wrap("delete expired invite tokens", err)
}

// PushTarget is a device that can be sent pushes.
type PushTarget struct{ Device, Token, Language string }

// PushTargets returns the devices of a user that have a push token.
func PushTargets(ctx context.Context, app core.App, user string) ([]PushTarget, error) {
	targets, err := pushTargets.Rows(ctx, app, sql.Named("user", user))
	return targets, query.Wrap("read the devices of a user", err)
}

var pushTargets = query.Map("", func(c *query.Columns, t *PushTarget) {
	c.Add(`'device ' || id`, &t.Device)
	c.Add(`firebase_token`, &t.Token)
	c.Add(`language`, &t.Language)
}).Select(`FROM devices WHERE user = CAST(:user AS TEXT) AND firebase_token <> ''`)

// waitingPushes returns the ids of a device's waiting pushes.
func waitingPushes(ctx context.Context, tx core.App, device string) ([]string, error) {
	var ids []string
	err := tx.NonconcurrentDB().Select("id").From(Pushes).Where(dbx.HashExp{"device": device, "state": []any{PushWaiting, PushHeld}}).WithContext(ctx).Column(&ids)
	return ids, err
}

// reassignPushes assigns pushes to the device that replaces theirs.
func reassignPushes(ctx context.Context, tx core.App, ids []string, device string) error {
	for _, id := range ids {
		_, err := tx.NonconcurrentDB().NewQuery(`UPDATE OR IGNORE pushes SET device = {:device} WHERE id = {:id}`).
			Bind(dbx.Params{"device": device, "id": id}).WithContext(ctx).Execute()
		if err != nil {
			return err
		}
	}
	return nil
}
