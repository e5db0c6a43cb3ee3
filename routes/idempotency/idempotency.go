// Package idempotency lets a client send a request again without doing it twice (contract section 1, Idempotency-Key).
//
// The answer to a request with a key is stored in the transaction of the change that it reports, so that a process that
// dies before the client has the answer leaves both or neither. Writing transactions run one after the other: of two
// requests with the same key that arrive at once, the second finds the answer of the first. Only answers that report
// success are stored; a request that was refused has changed nothing and may be sent again, corrected or not.
package idempotency

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

// header is the request header with the client's key.
const header = "Idempotency-Key"

// maxKey is the number of characters that a key may have.
const maxKey = 255

// Errors of a key.
var (
	errKey = resource.Failure(http.StatusBadRequest,
		"The Idempotency-Key must be one header of 1 to 255 printable ASCII characters.")
	errOtherRequest = resource.Failure(http.StatusConflict,
		"The Idempotency-Key was used for another request: each one needs a key of its own.")
)

// Request is a signed-in request with a key. A nil *Request is one without: nothing is stored for it.
type Request struct {
	userID, key string
	digest      *body.Digest
}

// storedKey returns what stands for the key in the database: its SHA-256. Without the key itself, which only the client
// has, storedDigest can't be tried out.
func (r *Request) storedKey() string {
	sum := sha256.Sum256([]byte(r.key))
	return hex.EncodeToString(sum[:])
}

// storedDigest returns the request's digest, keyed by the key: a body may hold a new password, and a plain digest of it
// would let whoever reads the database or a backup try passwords faster than bcrypt allows.
func (r *Request) storedDigest() []byte {
	mac := hmac.New(sha256.New, []byte(r.key))
	mac.Write(r.digest.Sum())
	return mac.Sum(nil)
}

// New returns the request of a signed-in user, nil if it has no key. The error, of a key that is not valid, is a
// *resource.Error.
func New(r *http.Request, userID string) (*Request, error) {
	keys := r.Header.Values(header)
	if len(keys) == 0 {
		return nil, nil
	}
	if len(keys) > 1 || !valid(keys[0]) {
		return nil, errKey
	}
	return &Request{userID, keys[0], body.NewDigest(r.Method, r.URL.Path, r.URL.RawQuery)}, nil
}

// valid reports whether a key is one to maxKey printable characters of ASCII.
func valid(key string) bool {
	isOther := func(r rune) bool { return r < ' ' || r > '~' }
	return key != "" && len(key) <= maxKey && !strings.ContainsFunc(key, isOther)
}

// Digest returns the digest that the body belongs to, nil for a request without a key.
func (r *Request) Digest() *body.Digest {
	if r == nil {
		return nil
	}
	return r.digest
}

// Answered is the error of a request that was answered before. It holds that answer.
type Answered struct {
	Status int
	Body   []byte
}

// Error implements error.
func (*Answered) Error() string { return "the request was answered before" }

// Check returns an error if the key was used before: *Answered for this request, a *resource.Error for another one. It
// is called when the body has been added to the digest: before the work, which it may save, and in the transaction of
// the change, where its result holds until the commit.
func (r *Request) Check(ctx context.Context, app core.App) error {
	if r == nil {
		return nil
	}
	stored, err := store.FindAnswer(ctx, app, r.userID, r.storedKey())
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	case !bytes.Equal(stored.Request, r.storedDigest()):
		return errOtherRequest
	}
	return &Answered{stored.Status, stored.Body}
}

// Store stores the answer in the transaction of the change. orderID is the order that it shows, "" for none.
func (r *Request) Store(tx core.App, status int, answer []byte, orderID string) error {
	if r == nil {
		return nil
	}
	return store.SaveAnswer(tx, r.userID, r.storedKey(), store.StoredAnswer{
		Request: r.storedDigest(),
		Status:  status,
		Body:    answer,
		OrderID: orderID,
	})
}
