package laravel

import (
	"maps"
	"net/http"
	"slices"
	"testing"
)

// The goldens' rulesets, written as a route would.
type (
	signup struct {
		Email       string         `in:"email" rules:"required|email|unique:users,email"`
		Password    string         `in:"password" rules:"required|string|min:6"`
		Phone       Field[string]  `in:"phone" rules:"nullable|string|max:255"`
		Name        Field[string]  `in:"name" rules:"nullable|string|max:255"`
		Nickname    string         `in:"nickname" rules:"required|string|max:255"`
		Description Field[string]  `in:"description" rules:"nullable|string"`
		Role        int            `in:"role" rules:"required|integer|in:1,2"`
		Price       Field[float64] `in:"price" rules:"nullable|numeric|min:0|max:999999999"`
		Categories  []int          `in:"category_ids" rules:"nullable|array" each:"integer|in:1,2"`
		Media       *File          `in:"media" rules:"required|file|max:599999"`
		device
	}
	device struct {
		DeviceID      string `in:"device_id" rules:"nullable|string"`
		FirebaseToken string `in:"firebase_token" rules:"nullable|string"`
	}
	login struct {
		Email    string `in:"email" rules:"required|email"`
		Password string `in:"password" rules:"required|string"`
		device
	}
	socialSignup struct {
		social
		Role  int     `in:"role" rules:"required|integer|in:1,2"`
		Price float64 `in:"price" rules:"required|numeric|min:0|max:999999999"`
		Phone string  `in:"phone" rules:"required|string|max:255"`
		Email string  `in:"email" rules:"required|email"`
	}
	social struct {
		Token string `in:"token" rules:"required|string"`
		Type  int    `in:"social_type" rules:"required|in:1,2"`
	}
	disconnect struct {
		Type int `in:"social_type" rules:"required|in:1,2"`
	}
	orderCreate struct {
		Performer   int        `in:"performer_id" rules:"required|integer"`
		Occasion    Field[int] `in:"occasion_id" rules:"nullable|integer|in:1,2,3,4"`
		Description string     `in:"description" rules:"required|string"`
		DateTill    string     `in:"date_till" rules:"required|date|date_format:Y-m-d H:i:s"`
	}
	orderUpdate struct {
		Status Field[int]     `in:"status" rules:"nullable|integer|in:1,2,3,4"`
		Media  *File          `in:"media" rules:"nullable|file|max:599999"`
		Rate   Field[float64] `in:"rating_rate" rules:"nullable|numeric|min:1|max:5"`
		Text   Field[string]  `in:"rating_text" rules:"nullable|string"`
	}
	orderSearch struct {
		Status Field[int] `in:"status" rules:"nullable|integer|in:1,2,3,4"`
	}
	byInvite struct {
		Invite string `in:"invite" rules:"required|string|size:8"`
	}
	checkFree struct {
		Email string `in:"email" rules:"required|email"`
	}
	userUpdate struct {
		Email         Field[string]  `in:"email" rules:"nullable|email|unique:users,email,1"`
		Password      Field[string]  `in:"password" rules:"nullable|string|min:6"`
		Confirmation  Field[string]  `in:"password_confirmation" rules:"same:password|min:6"`
		Phone         Field[string]  `in:"phone" rules:"nullable|string|max:255"`
		Name          Field[string]  `in:"name" rules:"nullable|string|max:255"`
		Nickname      Field[string]  `in:"nickname" rules:"nullable|string|max:255"`
		Description   Field[string]  `in:"description" rules:"nullable|string"`
		Role          Field[int]     `in:"role" rules:"nullable|integer|in:1,2"`
		Price         Field[float64] `in:"price" rules:"nullable|numeric|min:0|max:999999999"`
		FirebaseToken Field[string]  `in:"firebase_token" rules:"nullable|string"`
		Categories    Field[[]int]   `in:"category_ids" rules:"nullable|array" each:"integer|in:1,2"`
		Media         *File          `in:"media" rules:"nullable|file|max:599999"`
	}
	userSearch struct {
		Category Field[int]    `in:"category_id" rules:"nullable|integer|in:1,2"`
		Text     Field[string] `in:"text" rules:"nullable|string"`
		Role     Field[int]    `in:"role" rules:"nullable|integer|in:1,2"`
	}
	firebaseToken struct {
		Token string `in:"firebase_token" rules:"required|string"`
	}
)

// route is a schema without its type parameter.
type route struct {
	fields []field
	read   func(*http.Request, Options) (any, error)
}

func routeOf[T any]() route {
	s := MustCompile[T]()
	return route{s.fields, func(req *http.Request, o Options) (any, error) { return s.Read(req, o) }}
}

// routes holds the schemas by the name of the golden ruleset.
var routes = map[string]route{
	"auth/signup":             routeOf[signup](),
	"auth/login":              routeOf[login](),
	"auth/social/signup":      routeOf[socialSignup](),
	"auth/social/sign-in":     routeOf[social](),
	"auth/social/connect":     routeOf[social](),
	"auth/social/disconnect":  routeOf[disconnect](),
	"order/create":            routeOf[orderCreate](),
	"order/update":            routeOf[orderUpdate](),
	"order/search":            routeOf[orderSearch](),
	"user/get-by-invite":      routeOf[byInvite](),
	"user/check-free":         routeOf[checkFree](),
	"user/update":             routeOf[userUpdate](),
	"user/search":             routeOf[userSearch](),
	"user/add-firebase-token": routeOf[firebaseToken](),
}

// texts returns the rules of a set as the goldens write them.
func (s *ruleset) texts() (out []string) {
	for _, r := range s.rules {
		out = append(out, r.text)
	}
	return out
}

func TestTagsAreTheGoldenRulesets(t *testing.T) {
	golden := loadGolden(t)
	if want, got := slices.Sorted(maps.Keys(golden.Rulesets)), slices.Sorted(maps.Keys(routes)); !slices.Equal(want, got) {
		t.Fatalf("routes %v, goldens %v", got, want)
	}
	for name, want := range golden.Rulesets {
		t.Run(name, func(t *testing.T) {
			got := map[string][]string{}
			for _, f := range routes[name].fields {
				got[f.name] = f.rules.texts()
				if f.each != nil {
					got[f.name+".*"] = f.each.texts()
				}
			}
			if !maps.EqualFunc(want, got, slices.Equal) {
				t.Errorf("%s: tags %v, golden %v", name, got, want)
			}
		})
	}
}
