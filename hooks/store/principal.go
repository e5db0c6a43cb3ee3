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

// Principal is the user, and the device, that an access token authenticates.
type Principal struct {
	UserID    int64
	DeviceID  int64  // 0 for an invite token
	PushToken string // of the device
	Invite    bool   // the token can read UserID's profile and nothing else
}

// FindPrincipal looks up an access token "id|secret". id is 0 for a token without a bar, which Sanctum accepts, too.
// The principal is nil when the token is unknown or has expired.
func FindPrincipal(ctx context.Context, app core.App, id int64, secret string) (*Principal, error) {
	hash := TokenHash(secret)
	cache := principalCacheOf(app)
	key := Key(id) + "|" + hash
	p, generation := cache.get(key)
	if p != nil {
		return p, nil
	}
	p, err := readPrincipal(ctx, app, id, hash)
	if p != nil && !p.Invite { // an invite token expires, which the cache does not see
		cache.put(key, *p, generation)
	}
	return p, wrap("find principal", err)
}

// readPrincipal is FindPrincipal without the cache; hash is that of the secret.
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

// TouchDevices records when devices were last used, by device id.
func TouchDevices(ctx context.Context, app core.App, used map[int64]time.Time) error {
	err := app.RunInTransaction(func(tx core.App) error {
		for id, at := range used {
			_, err := tx.NonconcurrentDB().NewQuery(`UPDATE devices SET last_used = {:at} WHERE id = {:id}`).
				Bind(dbx.Params{"at": timestamp(at), "id": Key(id)}).WithContext(ctx).Execute()
			if err != nil {
				return err
			}
		}
		return nil
	})
	return wrap("record when devices were used", err)
}
