package contract

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
)

// passed is, for each ruleset that a golden passes, what the real endpoint answers to a golden that passes its rules: by then the
// contract's own rules decide (sections 3 and 4).
var passed = map[string]func(*testing.T, *world, *validationGolden){
	"auth/login": func(t *testing.T, w *world, c *validationGolden) {
		wantBody(t, w.send(c, false), 401, unauthorized) // none of the goldens' passwords is the right one
	},
	"auth/signup": signupPassed,
	"auth/social/signup": func(t *testing.T, w *world, c *validationGolden) {
		// No provider is configured, so that no token is one (contract section 5).
		wantBody(t, w.send(c, false), 400, `{"status":"error","message":"Invalid token"}`)
	},
	"order/create": orderCreatePassed,
	"order/update": orderUpdatePassed,
	"order/search": func(t *testing.T, w *world, c *validationGolden) {
		wantTotal(t, w.send(c, false), 0)
	},
	"user/get-by-invite": func(t *testing.T, w *world, c *validationGolden) {
		answer := w.send(c, false)
		if c.Expected.Validated["invite"] != "daSdiOdU" {
			wantBody(t, answer, 404, `{"status":"error","message":"User not found"}`)
			return
		}
		if m := mapOf(t, answer, 200); m.(object).get("data").(object).get("nickname") != "Nick1" {
			t.Fatalf("somebody else: %s", answer.Body)
		}
	},
	"user/check-free": func(t *testing.T, w *world, c *validationGolden) {
		taken := strings.EqualFold(c.Expected.Validated["email"].(string), "taken@example.com")
		wantBody(t, w.send(c, false), 200, fmt.Sprintf(`{"free":%t}`, !taken))
	},
	"user/update": userUpdatePassed,
	"user/search": func(t *testing.T, w *world, c *validationGolden) {
		if c.Expected.Validated["text"] != "x" {
			t.Fatalf("a golden that this test does not know: %v", c.Expected.Validated)
		}
		wantTotal(t, w.send(c, false), 0) // nobody is called x
	},
	"user/add-firebase-token": func(t *testing.T, w *world, c *validationGolden) {
		wantBody(t, w.send(c, false), 201, `{"status":"success"}`)
		profile := w.s.Get("user/view/1").As(w.performer.Token).Do()
		if got := mapOf(t, profile, 200).(object).get("data").(object).get("firebase_token"); got != c.Expected.Validated["firebase_token"] {
			t.Fatalf("the address is %v", got)
		}
	},
}

func mapOf(t *testing.T, answer *testkit.Answer, status int) any {
	t.Helper()
	if answer.Status != status {
		t.Fatalf("got %d %.600s, want %d", answer.Status, answer.Body, status)
	}
	return ordered(t, answer.Body)
}

// resourceOf decodes the member data of an answer.
func resourceOf(t *testing.T, answer *testkit.Answer) map[string]any {
	t.Helper()
	if answer.Status != 200 {
		t.Fatalf("got %d %.600s, want 200", answer.Status, answer.Body)
	}
	var body struct{ Data map[string]any }
	answer.Into(&body)
	return body.Data
}

func wantTotal(t *testing.T, answer *testkit.Answer, total int) {
	t.Helper()
	if got := mapOf(t, answer, 200).(object).get("meta").(object).get("total"); fmt.Sprint(got) != strconv.Itoa(total) {
		t.Fatalf("total %v, want %d: %s", got, total, answer.Body)
	}
}

// signupPassed: an account with what the golden's controller saw, which makes room for the next golden.
func signupPassed(t *testing.T, w *world, c *validationGolden) {
	user := resourceOf(t, w.send(c, false))
	wantFields(t, user, map[string]any{
		"phone": nil, "name": nil, "description": nil, "price": nil, "firebase_token": nil, "categories": []any{},
	}, c.Expected.Validated, nil)
	record, err := store.FindUserByEmail(w.s.App, user["email"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.App.Delete(record); err != nil {
		t.Fatal(err)
	}
}

// userUpdatePassed: the given fields change and no others; an explicit null leaves some as they are.
func userUpdatePassed(t *testing.T, w *world, c *validationGolden) {
	before := resourceOf(t, w.s.Get("user/view/1").As(w.performer.Token).Do())
	after := resourceOf(t, w.send(c, false))
	delete(before, "updated_at")
	delete(after, "updated_at")
	delete(before, "created_at")
	delete(after, "created_at")
	wantFields(t, after, before, c.Expected.Validated, []string{"email", "nickname", "role", "media"})
	if len(after) != 12 {
		t.Errorf("%d fields: %v", len(after), after)
	}
}

// wantFields fails the test unless user shows defaults with what was given in their place. lasting are the fields
// that a null does not clear.
func wantFields(t *testing.T, user, defaults, given map[string]any, lasting []string) {
	t.Helper()
	want := maps.Clone(defaults)
	for field, value := range given {
		if value == nil && slices.Contains(lasting, field) {
			continue
		}
		switch field {
		case "email", "nickname", "phone", "name", "description", "firebase_token":
			want[field] = value
		case "role", "price":
			want[field] = number(t, value)
		case "category_ids":
			want["categories"] = categories(t, value)
		}
	}
	for field, value := range want {
		if !reflect.DeepEqual(user[field], value) {
			t.Errorf("%s is %#v, want %#v", field, user[field], value)
		}
	}
}

// number is a number in any of the forms that pass Laravel's rules; nil for null.
func number(t *testing.T, value any) any {
	switch v := value.(type) {
	case bool:
		if v {
			return 1.0
		}
		return 0.0
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	case map[string]any:
		return number(t, v["__float"])
	}
	return value
}

// categories are the resources of category ids, each once, in their order.
func categories(t *testing.T, value any) []any {
	var ids []any
	switch v := value.(type) {
	case []any:
		ids = v
	case map[string]any:
		ids = slices.Collect(maps.Values(v))
	}
	shown := []any{}
	for id := 1.0; id <= 2; id++ {
		if slices.ContainsFunc(ids, func(given any) bool { return number(t, given) == id }) {
			shown = append(shown, map[string]any{"category": id})
		}
	}
	return shown
}

// orderCreatePassed: an order, where the performer is one: nobody but user 1 is.
func orderCreatePassed(t *testing.T, w *world, c *validationGolden) {
	given := c.Expected.Validated
	answer := w.send(c, false)
	if number(t, given["performer_id"]) != 1.0 {
		wantBody(t, answer, 429, invalidBody("performer_id", "The selected performer id is invalid."))
		return
	}
	shown := resourceOf(t, answer)
	want := map[string]any{
		"client_id": 2.0, "performer_id": 1.0, "status": 1.0, "occasion_id": number(t, given["occasion_id"]),
		"description": given["description"], "date_till": given["date_till"],
		"cancel_text": nil, "cancel_date": nil, "rating_rate": nil, "rating_text": nil,
	}
	for field, value := range want {
		if !reflect.DeepEqual(shown[field], value) {
			t.Errorf("%s is %#v, want %#v", field, shown[field], value)
		}
	}
}

// orderUpdatePassed: the performer of a new order gives no rating, so nothing changes; the client of one that is
// done reviews it, and asks for the impossible with status 1.
func orderUpdatePassed(t *testing.T, w *world, c *validationGolden) {
	given := c.Expected.Validated
	shown := resourceOf(t, w.send(c, false))
	if shown["status"] != 1.0 || shown["rating_rate"] != nil || shown["rating_text"] != nil {
		t.Errorf("the performer's request: %v", shown)
	}
	answer := w.review(c)
	if given["status"] != nil {
		wantBody(t, answer, 429, invalidBody("status", "The selected status is invalid."))
		return
	}
	want := map[string]any{"status": 2.0, "rating_rate": nil, "rating_text": nil}
	if rate := given["rating_rate"]; rate != nil {
		want = map[string]any{"status": 4.0, "rating_rate": number(t, rate), "rating_text": nil}
	} else if given["rating_text"] != nil {
		t.Fatalf("a golden that this test does not know: %v", given)
	}
	shown = resourceOf(t, answer)
	for field, value := range want {
		if shown[field] != value {
			t.Errorf("%s is %#v, want %#v", field, shown[field], value)
		}
	}
}
