package access

import (
	"sync"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/limits"

	"github.com/pocketbase/pocketbase/core"
)

// CountAttempt counts an attempt to sign in to an account by its password against the limits of a request, and returns the error
// of a limit that it exceeds, else for whom the password is compared. Only failures count: after a success the caller calls refund.
// user is nil if no account has the e-mail. sender is the key of the client, deviceID the device that the client says it is, "" for
// none.
func CountAttempt(app core.App, request *limits.Request, sender string, user *store.User, email, deviceID string) (from store.Hasher, refund func(), err error) {
	from = store.Hasher{Network: sender, Account: store.TokenHash(store.EmailKey(email))} // hashed, as an e-mail may be long
	known := sync.OnceValues(func() (bool, error) { return store.HasDevice(app, user, deviceID) })
	refund, err = request.Attempt(from.Account, func() (string, error) {
		known, err := known()
		if !known || err != nil {
			return "", err
		}
		return store.TokenHash(deviceID), nil
	})
	if err != nil {
		return from, nil, err
	}
	if from.Proven, err = known(); err != nil {
		refund()
	}
	return from, refund, err
}
