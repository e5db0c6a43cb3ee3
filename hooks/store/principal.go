package store

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Principal is who an access token speaks for.
type Principal struct {
	UserID    int64
	DeviceID  int64  // 0 for an invite token
	PushToken string // of the device
	Invite    bool   // the token shows UserID's profile and nothing else
}

// FindPrincipal looks up an access token: secret is what stands behind the bar, id what stands before it, or 0
// where the token has no bar (Sanctum takes such ones too). nil when the token is nobody's or has expired.
func FindPrincipal(ctx context.Context, app core.App, id int64, secret string) (*Principal, error) {
	hash := TokenHash(secret)
	known := principalCacheOf(app)
	key := Key(id) + "|" + hash
	p, seen := known.get(key)
	if p != nil {
		return p, nil
	}
	p, err := readPrincipal(ctx, app, id, hash)
	if p != nil && !p.Invite { // an invite token ends by itself
		known.put(key, *p, seen)
	}
	return p, err
}

func readPrincipal(ctx context.Context, app core.App, id int64, hash string) (*Principal, error) {
	by, key := "token", hash
	if id != 0 {
		by, key = "id", Key(id)
	}
	for _, query := range []string{
		`SELECT CAST(id AS INTEGER), CAST(user AS INTEGER), token, firebase_token, 0, '' FROM devices WHERE ` + by + ` = :key`,
		`SELECT CAST(id AS INTEGER), CAST(user AS INTEGER), token, '', 1, expires FROM invite_tokens WHERE ` + by + ` = :key`,
	} {
		var p Principal
		var stored, expires string
		err := readRow(ctx, app, query, []any{sql.Named("key", key)}, &p.DeviceID, &p.UserID, &stored, &p.PushToken, &p.Invite, &expires)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if subtle.ConstantTimeCompare([]byte(stored), []byte(hash)) != 1 || (p.Invite && expires <= timestamp(time.Now())) {
			return nil, nil
		}
		if p.Invite {
			p.DeviceID = 0
		}
		return &p, nil
	}
	return nil, nil
}

// TouchDevices writes down when devices were last used: device id → time.
func TouchDevices(app core.App, used map[int64]time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		for id, at := range used {
			_, err := tx.NonconcurrentDB().NewQuery(`UPDATE devices SET last_used = {:at} WHERE id = {:id}`).
				Bind(dbx.Params{"at": timestamp(at), "id": Key(id)}).Execute()
			if err != nil {
				return err
			}
		}
		return nil
	})
}
