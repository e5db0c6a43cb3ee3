package contract

import (
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
)

// tokenGolden is a recorded Authorization header and the status that Laravel's Sanctum led to.
type tokenGolden struct {
	Name          string  `json:"name"`
	Authorization *string `json:"authorization"`
	Path          string  `json:"path"`
	Status        int     `json:"status"`
}

// goldenSecret is the secret in the goldens: user 1 has the token 1|goldenSecret.
const goldenSecret = "A2UXrkENdx3PQ3fU0jVSeKlXk783PE0HTSS3T1IN653eec6d"

// tokenExceptions are the goldens with a different status (contract section 1).
var tokenExceptions = map[string]exception{
	"trailing space": {reason: "Go's HTTP drops it", status: 200},
}

// TestGoldenTokens sends each form of a token to user/view/1, with a valid token in place of the recorded one.
func TestGoldenTokens(t *testing.T) {
	s := testkit.Start(t, func(c *settings.Settings) { c.RateLimit = 1000000 })
	person := s.Performer()
	token := person.Token
	if !strings.HasPrefix(token, "1|") || len(token) != len("1|"+goldenSecret) {
		t.Fatalf("the first token is %s", token)
	}
	names := map[string]bool{}
	for _, c := range loadGoldens(t).Tokens {
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			answer, status := tokenRequest(t, s, person, &c).Do(), c.Status
			if x, ok := tokenExceptions[c.Name]; ok {
				status = x.status
			}
			switch status {
			case 200:
				if user := resourceOf(t, answer); user["id"] != 1.0 {
					t.Errorf("somebody else: %v", user)
				}
			case 401:
				wantBody(t, answer, 401, unauthorized)
			case 404:
				wantBody(t, answer, 404, notFound)
			case 405:
				wantBody(t, answer, 405, `{"message":"The GET method is not supported for route api/v1/user/update. Supported methods: POST."}`)
			default:
				t.Fatalf("a golden with status %d", status)
			}
			counted := answer.Header.Get("X-RateLimit-Limit") == "1000000" && answer.Header.Get("X-RateLimit-Remaining") != ""
			if counted != (status == 200 || status == 404) {
				t.Errorf("limit %q, remaining %q", answer.Header.Get("X-RateLimit-Limit"), answer.Header.Get("X-RateLimit-Remaining"))
			}
		})
	}
	unused(t, tokenExceptions, names)
}

// tokenRequest returns a golden's request. Here only the tokens of invites expire.
func tokenRequest(t *testing.T, s *testkit.Server, person testkit.Person, c *tokenGolden) *testkit.Request {
	_, secret, _ := strings.Cut(person.Token, "|")
	switch c.Name {
	case "POST without token":
		return s.Post("user/update").JSON(`{}`)
	case "wrong method on an authenticated route, no token":
		return s.Get("user/update")
	case "unknown model on an authenticated route, no token":
		return s.Get("order/view/99999")
	case "unknown model on an authenticated route, with token":
		return s.Get("order/view/99999").As(person.Token)
	case "empty token name": // a device without device_id
		return s.Get("user/view/1").As(s.Login(person))
	case "expired (expires_at in the past)", "expires in the future":
		wait := time.Hour
		if c.Status == 401 {
			wait = -time.Second
		}
		token, err := store.AddInviteToken(s.App, "1", time.Now().Add(wait))
		if err != nil {
			t.Fatal(err)
		}
		return s.Get("user/view/1").As(token)
	}
	secrets := strings.NewReplacer(
		goldenSecret, secret,
		goldenSecret[:len(goldenSecret)-1], secret[:len(secret)-1],
		goldenSecret[:40], secret[:40],
	)
	r := s.Get(strings.Replace(secrets.Replace(c.Path), "/_me", "user/view/1", 1))
	if c.Authorization != nil && *c.Authorization != "" {
		header := secrets.Replace(*c.Authorization)
		if header == *c.Authorization && len(header) > 40 {
			t.Fatalf("%s has an unknown secret", header)
		}
		r.Header("Authorization", header)
	}
	return r
}
