package fakes

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
)

// Paths of VK's endpoints, for Set, Calls and Refuse.
const (
	CheckToken = "/method/secure.checkToken"
	UsersGet   = "/method/users.get"
)

// Apps registered with VK. Settings names the first two, one per platform; the third belongs to another company.
var (
	Android = settings.VKApp{ClientID: "51000001", SecureKey: "secure-key-android", ServiceKey: "service-key-android"}
	IOS     = settings.VKApp{ClientID: "51000002", SecureKey: "secure-key-ios", ServiceKey: "service-key-ios"}
	Foreign = settings.VKApp{ClientID: "59999999", SecureKey: "secure-key-foreign", ServiceKey: "service-key-foreign"}
)

// VK is a fake of VK's API: it recognises the tokens that it has issued, each for one app, and has the profiles of
// their users.
type VK struct {
	*Server

	mu     sync.Mutex
	issued int
	tokens map[string]vkToken
	people map[int64]VKPerson
	errors map[vkCall]int
}

// VKPerson is a VK profile.
type VKPerson struct {
	ID                              int64
	FirstName, LastName, ScreenName string
	Photo                           string // photo_max
}

type vkToken struct {
	app    string
	person int64
	expire int64
}

type vkCall struct{ path, app string }

// NewVK starts a VK that runs until the test ends.
func NewVK(t testing.TB) *VK {
	v := &VK{tokens: map[string]vkToken{}, people: map[int64]VKPerson{}, errors: map[vkCall]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+CheckToken, v.serveCheckToken)
	mux.HandleFunc("POST "+UsersGet, v.serveUsersGet)
	v.Server = start(t, mux)
	return v
}

// Settings returns the settings that point privet to this VK.
func (v *VK) Settings() settings.VK {
	return settings.VK{Apps: []settings.VKApp{Android, IOS}, APIURL: v.URL}
}

// Token issues a token of an app that never expires.
func (v *VK) Token(app settings.VKApp, p VKPerson) string { return v.TokenUntil(app, p, 0) }

// TokenUntil issues a token with any value of "expire", a Unix time; it may have passed.
func (v *VK) TokenUntil(app settings.VKApp, p VKPerson, expire int64) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.issued++
	token := fmt.Sprintf("vk1.a.%d-secret+of/%d", v.issued, p.ID)
	v.tokens[token] = vkToken{app.ClientID, p.ID, expire}
	v.people[p.ID] = p
	return token
}

// RemoveProfile removes a person's profile; their tokens remain valid.
func (v *VK) RemoveProfile(p VKPerson) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.people, p.ID)
}

// Refuse makes a path answer an app with one of VK's error codes; 0 makes it work again.
func (v *VK) Refuse(path string, app settings.VKApp, code int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.errors[vkCall{path, app.ClientID}] = code
}

// messages are VK's texts for its error codes.
var messages = map[int]string{
	5:  "User authorization failed: invalid access_token (4).",
	6:  "Too many requests per second",
	8:  "Invalid request",
	10: "Internal server error: Unknown error, try later",
	15: "Access denied: Incorrect token invalid_token",
	27: "Group authorization failed",
	28: "Application authorization failed",
	29: "Rate limit reached",
}

// refuse answers with an error as VK does: with status 200, and with the request's parameters, its token included.
func refuse(w http.ResponseWriter, r *http.Request, code int) {
	params := []any{}
	for name := range r.PostForm {
		params = append(params, map[string]any{"key": name, "value": r.PostForm.Get(name)})
	}
	respond(w, http.StatusOK, map[string]any{"error": map[string]any{
		"error_code": code, "error_msg": messages[code], "request_params": params,
	}})
}

// caller returns the app that sent a request. If it returns false, it has answered the request with an error.
func (v *VK) caller(w http.ResponseWriter, r *http.Request) (settings.VKApp, bool) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("v") == "" {
		refuse(w, r, 8)
		return settings.VKApp{}, false
	}
	for _, app := range []settings.VKApp{Android, IOS, Foreign} {
		if app.ServiceKey != r.PostForm.Get("access_token") {
			continue
		}
		if code := v.errors[vkCall{r.URL.Path, app.ClientID}]; code != 0 {
			refuse(w, r, code)
			return app, false
		}
		return app, true
	}
	refuse(w, r, 5)
	return settings.VKApp{}, false
}

func (v *VK) serveCheckToken(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	app, ok := v.caller(w, r)
	if !ok {
		return
	}
	token, known := v.tokens[r.PostForm.Get("token")]
	switch {
	case r.PostForm.Get("client_secret") != app.SecureKey:
		refuse(w, r, 8)
	case !known || token.app != app.ClientID:
		refuse(w, r, 15)
	default:
		respond(w, http.StatusOK, map[string]any{"response": map[string]any{
			"success": 1, "user_id": token.person, "date": time.Now().Unix() - 60, "expire": token.expire,
		}})
	}
}

func (v *VK) serveUsersGet(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.caller(w, r); !ok {
		return
	}
	found := []any{}
	id, _ := strconv.ParseInt(r.PostForm.Get("user_ids"), 10, 64)
	if p, known := v.people[id]; known {
		profile := map[string]any{"id": p.ID, "first_name": p.FirstName, "last_name": p.LastName}
		if r.PostForm.Get("fields") == "screen_name,photo_max" {
			profile["screen_name"], profile["photo_max"] = p.ScreenName, p.Photo
		}
		found = append(found, profile)
	}
	respond(w, http.StatusOK, map[string]any{"response": found})
}
