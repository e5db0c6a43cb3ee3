// Package link makes and checks the URLs by which a superuser's browser loads the media of the desk: <img> and <video> send no
// Authorization. A URL is for one path and one superuser, and ends after Lifetime, or when the superuser gets another
// password, is deleted, or is signed out by PocketBase otherwise, as these change the key.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Lifetime is how long a URL is valid.
const Lifetime = 30 * time.Minute

// parameter is the name of the query's parameter that has the signature.
const parameter = "t"

// Sign returns the URL of a path, without host, for a superuser from now on.
func Sign(superuser *core.Record, path string, now time.Time) string {
	expires := strconv.FormatInt(now.Add(Lifetime).Unix(), 36)
	return path + "?" + parameter + "=" + superuser.Id + "." + expires + "." + signature(superuser, path, expires)
}

// Superuser returns the superuser for whom the URL of a request was signed, nil if it was for none, for another path, or its
// time is over.
func Superuser(app core.App, request *http.Request, now time.Time) *core.Record {
	id, rest, _ := strings.Cut(request.URL.Query().Get(parameter), ".")
	expires, given, ok := strings.Cut(rest, ".")
	if !ok || id == "" || len(id) > 50 {
		return nil
	}
	end, err := strconv.ParseInt(expires, 36, 64)
	if err != nil || now.Unix() >= end {
		return nil
	}
	superuser, err := app.FindRecordById(core.CollectionNameSuperusers, id)
	if err != nil || !hmac.Equal([]byte(given), []byte(signature(superuser, request.URL.Path, expires))) {
		return nil
	}
	return superuser
}

// signature signs a path and the second, in base 36, at which its URL ends. The key is derived from those by which PocketBase
// signs the superuser's own tokens.
func signature(superuser *core.Record, path, expires string) string {
	key := sum([]byte(superuser.TokenKey()+superuser.Collection().AuthToken.Secret), "privet desk media")
	return base64.RawURLEncoding.EncodeToString(sum(key, superuser.Id+"\n"+expires+"\n"+path))
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
