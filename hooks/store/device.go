package store

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const (
	fieldDeviceID  = "device_id"
	fieldPushToken = "firebase_token"
	fieldLanguage  = "language"
	fieldToken     = "token"
	fieldExpires   = "expires"
)

// Device is a record of devices: one installation of the app where somebody signed in.
type Device struct{ core.BaseRecordProxy }

// AsDevice looks at a record of devices.
func AsDevice(record *core.Record) *Device {
	d := &Device{}
	d.SetProxyRecord(record)
	return d
}

// User is the id of who is signed in.
func (d *Device) User() string { return d.GetString(fieldUser) }

// PushToken is where pushes to this device go, "" for nowhere.
func (d *Device) PushToken() string { return d.GetString(fieldPushToken) }

// SignIn is what an app brings when somebody signs in.
type SignIn struct {
	UserID    string
	DeviceID  string // as the app names itself; "" makes a new device each time
	PushToken string // "" keeps the one that this device_id had
	Language  string // ru or en
}

// AddDevice signs a device in and returns its access token, and whom that speaks for. The same device_id of the
// same user is the same device: its former token ends, and it gets the pushes that wait for it.
func AddDevice(tx core.App, in SignIn) (token string, p *Principal, err error) {
	var waiting []string
	if in.DeviceID != "" {
		// No filter text: PocketBase's would not find an id with a NUL again.
		former, err := tx.FindAllRecords(Devices, dbx.HashExp{fieldUser: in.UserID, fieldDeviceID: in.DeviceID})
		if err != nil {
			return "", nil, err
		}
		for _, device := range former {
			if in.PushToken == "" {
				in.PushToken = AsDevice(device).PushToken()
			}
			pushes, err := waitingPushes(tx, device.Id)
			if err != nil {
				return "", nil, err
			}
			waiting = append(waiting, pushes...)
			if err := tx.Delete(device); err != nil {
				return "", nil, err
			}
		}
	}
	device, err := newRecord(tx, Devices)
	if err != nil {
		return "", nil, err
	}
	secret := newSecret()
	device.Set(fieldUser, in.UserID)
	device.Set(fieldDeviceID, in.DeviceID)
	device.Set(fieldPushToken, in.PushToken)
	device.Set(fieldLanguage, in.Language)
	device.Set(fieldToken, TokenHash(secret))
	if err := tx.Save(device); err != nil {
		return "", nil, err
	}
	if err := reassignPushes(tx, waiting, device.Id); err != nil {
		return "", nil, err
	}
	p = &Principal{UserID: number(in.UserID), DeviceID: number(device.Id), PushToken: in.PushToken}
	return device.Id + "|" + secret, p, nil
}

// HasDevice tells whether a user, who may be nil, is signed in on a device with that device_id.
func HasDevice(app core.App, user *User, deviceID string) (bool, error) {
	if user == nil || deviceID == "" {
		return false, nil
	}
	count, err := app.CountRecords(Devices, dbx.HashExp{fieldUser: user.Id, fieldDeviceID: deviceID})
	return count > 0, err
}

// SetPushToken sets a device's push address; "" forgets it. ErrNotFound when the device has signed out.
func SetPushToken(app core.App, deviceID, address string) error {
	device, err := app.FindRecordById(Devices, deviceID)
	if err != nil {
		return notFound(err)
	}
	if AsDevice(device).PushToken() == address {
		return nil
	}
	device.Set(fieldPushToken, address)
	return app.Save(device)
}

// ClaimPushToken takes a push address from all devices but one: it belongs to who brought it last.
func ClaimPushToken(tx core.App, address, deviceID string) error {
	var users []string
	err := tx.NonconcurrentDB().NewQuery(`UPDATE devices SET firebase_token = ''
		WHERE firebase_token = {:address} AND id <> {:id} RETURNING user`).
		Bind(dbx.Params{"address": address, "id": deviceID}).Column(&users)
	invalidateOnCommit(tx, users)
	return err
}

// RevokeSessions ends all tokens of a user but that of the device except ("" for none).
func RevokeSessions(tx core.App, userID, except string) error {
	devices, err := tx.FindAllRecords(Devices, dbx.HashExp{fieldUser: userID}, dbx.NewExp("id <> {:except}", dbx.Params{"except": except}))
	if err != nil {
		return err
	}
	for _, device := range devices {
		if err := tx.Delete(device); err != nil {
			return err
		}
	}
	return nil
}
