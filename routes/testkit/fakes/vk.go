package fakes

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
)

// Paths of VK's endpoints, for Set, Calls and Refuse.
const (
	CheckToken = "/method/secure.checkToken"
	UsersGet   = "/method/users.get"
	PublicInfo = "/oauth2/public_info"
	VKPhoto    = "/photo.png"
)

// Apps registered with VK. Settings names the first two, one per platform; the third belongs to another company.
var (
	Android = settings.VKApp{ClientID: "51000001", SecureKey: "secure-key-android", ServiceKey: "service-key-android"}
	IOS     = settings.VKApp{ClientID: "51000002", SecureKey: "secure-key-ios", ServiceKey: "service-key-ios"}
	Foreign = settings.VKApp{ClientID: "59999999", SecureKey: "secure-key-foreign", ServiceKey: "service-key-foreign"}
)

// VK is a fake of VK's API and of VK ID: it recognises the tokens that it has issued, each for one app, has the profiles
// of their users, and keeps to its limits.
type VK struct {
	*Server
	IDKey      func() Key // signs ID tokens
	PhotoBytes []byte     // the content of VKPhoto

	mux *http.ServeMux

	mu     sync.Mutex
	issued int
	tokens map[string]vkToken
	people map[int64]VKPerson
	errors map[vkCall]vkCode
	limit  int                    // requests a second of a service key; 0: none
	taken  map[string][]time.Time // the requests of the last second, by service key
	others map[string][]time.Time // those of them to other methods than secure.*
}

// VKPerson is a VK profile.
type VKPerson struct {
	ID                              int64
	FirstName, LastName, ScreenName string
	FirstNameEn, LastNameEn         string // for other languages than Russian; "" for the same
	Photo                           string // "": VK's placeholder
}

type vkToken struct {
	app    string
	person int64
	expire int64
}

type (
	vkCall struct{ path, app string }
	vkCode struct{ code, subcode int }
)

// NewVK starts a VK that runs until the test ends.
func NewVK(t testing.TB) *VK {
	v := &VK{
		IDKey: sync.OnceValue(func() Key { return Key{Secret: newRSA()} }), tokens: map[string]vkToken{}, people: map[int64]VKPerson{}, errors: map[vkCall]vkCode{},
		taken: map[string][]time.Time{}, others: map[string][]time.Time{},
	}
	v.mux = http.NewServeMux()
	v.mux.HandleFunc("POST "+CheckToken, v.serveCheckToken)
	v.mux.HandleFunc("POST "+UsersGet, v.serveUsersGet)
	v.mux.HandleFunc("POST "+PublicInfo, v.servePublicInfo)
	v.mux.HandleFunc("GET "+VKPhoto, func(w http.ResponseWriter, _ *http.Request) { w.Write(v.PhotoBytes) })
	v.Server = start(t, v.mux)
	return v
}

// Settings returns the settings that point privet to this VK, and leave ID tokens to VK ID.
func (v *VK) Settings() settings.VK {
	return settings.VK{Apps: []settings.VKApp{Android, IOS}, APIURLs: []string{v.URL}, IDURL: v.URL}
}

// Host starts another host of the same VK, with modes and counts of its own.
func (v *VK) Host(t testing.TB) *Server { return start(t, v.mux) }

// Limit sets how many requests a second a service key may send, 0 for any number. Other methods than secure.* have at
// most 3.
func (v *VK) Limit(perSecond int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.limit = perSecond
}

// Token issues a token of an app that never expires.
func (v *VK) Token(app settings.VKApp, p VKPerson) string { return v.TokenUntil(app, p, 0) }

// TokenUntil issues a token with any value of "expire", a Unix time; it may have passed.
func (v *VK) TokenUntil(app settings.VKApp, p VKPerson, expire int64) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.issued++
	token := fmt.Sprintf("vk%d.a.%d-secret+of/%d", 1+v.issued%2, v.issued, p.ID)
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
func (v *VK) Refuse(path string, app settings.VKApp, code int) { v.RefuseBy(path, app, code, 0) }

// RefuseBy is Refuse with an error_subcode.
func (v *VK) RefuseBy(path string, app settings.VKApp, code, subcode int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.errors[vkCall{path, app.ClientID}] = vkCode{code, subcode}
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
func refuse(w http.ResponseWriter, r *http.Request, code vkCode) {
	params := []any{}
	for name := range r.PostForm {
		params = append(params, map[string]any{"key": name, "value": r.PostForm.Get(name)})
	}
	cause := map[string]any{"error_code": code.code, "error_msg": messages[code.code], "request_params": params}
	if code.subcode != 0 {
		cause["error_subcode"] = code.subcode
	}
	respond(w, http.StatusOK, map[string]any{"error": cause})
}

// caller returns the app that sent a request. If it returns false, it has answered the request with an error.
func (v *VK) caller(w http.ResponseWriter, r *http.Request) (settings.VKApp, bool) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("v") == "" {
		refuse(w, r, vkCode{code: 8})
		return settings.VKApp{}, false
	}
	if !v.allow(r) {
		refuse(w, r, vkCode{code: 6})
		return settings.VKApp{}, false
	}
	for _, app := range []settings.VKApp{Android, IOS, Foreign} {
		if app.ServiceKey != r.PostForm.Get("access_token") {
			continue
		}
		if code := v.errors[vkCall{r.URL.Path, app.ClientID}]; code.code != 0 {
			refuse(w, r, code)
			return app, false
		}
		return app, true
	}
	refuse(w, r, vkCode{code: 5})
	return settings.VKApp{}, false
}

// allow counts a request within the limits of its service key, or reports false.
func (v *VK) allow(r *http.Request) bool {
	if v.limit == 0 {
		return true
	}
	key, now := r.PostForm.Get("access_token"), time.Now()
	lastSecond := func(requests []time.Time) []time.Time {
		for len(requests) > 0 && now.Sub(requests[0]) >= time.Second {
			requests = requests[1:]
		}
		return requests
	}
	v.taken[key], v.others[key] = lastSecond(v.taken[key]), lastSecond(v.others[key])
	other := !strings.HasPrefix(r.URL.Path, "/method/secure.")
	if len(v.taken[key]) >= v.limit || other && len(v.others[key]) >= 3 {
		return false
	}
	v.taken[key] = append(v.taken[key], now)
	if other {
		v.others[key] = append(v.others[key], now)
	}
	return true
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
		refuse(w, r, vkCode{code: 8})
	case !known || token.app != app.ClientID:
		refuse(w, r, vkCode{code: 15})
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
		found = append(found, p.profile(v.URL, r.PostForm.Get("lang"), strings.Split(r.PostForm.Get("fields"), ",")))
	}
	respond(w, http.StatusOK, map[string]any{"response": found})
}

// profile returns the fields of a person that a request asks for.
func (p VKPerson) profile(base, language string, fields []string) map[string]any {
	profile := map[string]any{"id": p.ID, "first_name": p.FirstName, "last_name": p.LastName, "can_access_closed": true, "is_closed": false}
	if language != "ru" && p.FirstNameEn != "" {
		profile["first_name"], profile["last_name"] = p.FirstNameEn, p.LastNameEn
	}
	photo, has := p.Photo, 1
	if photo == "" {
		photo, has = base+"/images/camera_400.png", 0
	}
	for _, field := range fields {
		switch field {
		case "screen_name":
			profile[field] = p.ScreenName
		case "has_photo":
			profile[field] = has
		case "photo_max_orig":
			profile[field] = photo
		case "photo_max", "photo_400_orig":
			profile[field] = photo + "?small"
		}
	}
	return profile
}
