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

// outcomes checks the answer to a golden that passes Laravel's rules, by ruleset: from there on the contract's own
// rules decide (sections 3 and 4).
var outcomes = map[string]func(*testing.T, *fixture, *validationGolden){
	"auth/login": func(t *testing.T, w *fixture, c *validationGolden) {
		wantBody(t, w.send(c, false), 401, unauthorized) // no golden has the right password
	},
	"auth/signup": signupPassed,
	"auth/social/signup": func(t *testing.T, w *fixture, c *validationGolden) {
		// Without a configured provider every token is invalid (contract section 5).
		wantBody(t, w.send(c, false), 400, `{"status":"error","message":"Invalid token"}`)
	},
	"order/create": orderCreatePassed,
	"order/update": orderUpdatePassed,
	"order/search": func(t *testing.T, w *fixture, c *validationGolden) {
		wantTotal(t, w.send(c, false), 0)
	},
	"user/get-by-invite": func(t *testing.T, w *fixture, c *validationGolden) {
		answer := w.send(c, false)
		if c.Expected.Validated["invite"] != "daSdiOdU" {
			wantBody(t, answer, 404, `{"status":"error","message":"User not found"}`)
			return
		}
		if m := bodyOf(t, answer, 200); m.(object).get("data").(object).get("nickname") != "Nick1" {
			t.Fatalf("somebody else: %s", answer.Body)
		}
	},
	"user/check-free": func(t *testing.T, w *fixture, c *validationGolden) {
		taken := strings.EqualFold(c.Expected.Validated["email"].(string), "taken@example.com")
		wantBody(t, w.send(c, false), 200, fmt.Sprintf(`{"free":%t}`, !taken))
	},
	"user/update": userUpdatePassed,
	"user/search": func(t *testing.T, w *fixture, c *validationGolden) {
		if c.Expected.Validated["text"] != "x" {
			t.Fatalf("an unexpected golden: %v", c.Expected.Validated)
		}
		wantTotal(t, w.send(c, false), 0) // no user is called x
	},
	"user/add-firebase-token": func(t *testing.T, w *fixture, c *validationGolden) {
		wantBody(t, w.send(c, false), 201, `{"status":"success"}`)
		profile := w.s.Get("user/view/1").As(w.performer.Token).Do()
		if got := bodyOf(t, profile, 200).(object).get("data").(object).get("firebase_token"); got != c.Expected.Validated["firebase_token"] {
			t.Fatalf("the push token is %v", got)
		}
	},
}

// bodyOf fails the test unless the answer has the status, and decodes its body.
func bodyOf(t *testing.T, answer *testkit.Answer, status int) any {
	t.Helper()
	if answer.Status != status {
		t.Fatalf("got %d %.600s, want %d", answer.Status, answer.Body, status)
	}
	return ordered(t, answer.Body)
}

// resourceOf fails the test unless the answer has status 200, and decodes its member data.
func resourceOf(t *testing.T, answer *testkit.Answer) map[string]any {
	t.Helper()
	if answer.Status != 200 {
		t.Fatalf("got %d %.600s, want 200", answer.Status, answer.Body)
	}
	var body struct{ Data map[string]any }
	answer.Into(&body)
	return body.Data
}

// wantTotal fails the test unless the answer is a page of a list with so many items.
func wantTotal(t *testing.T, answer *testkit.Answer, total int) {
	t.Helper()
	if got := bodyOf(t, answer, 200).(object).get("meta").(object).get("total"); fmt.Sprint(got) != strconv.Itoa(total) {
		t.Fatalf("total %v, want %d: %s", got, total, answer.Body)
	}
}

// signupPassed checks that the user has the validated values, and deletes the user for the next golden.
func signupPassed(t *testing.T, w *fixture, c *validationGolden) {
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

// userUpdatePassed checks that only the given fields change, and that a null doesn't change those that can't be empty.
func userUpdatePassed(t *testing.T, w *fixture, c *validationGolden) {
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

// wantFields fails the test unless the user has the given values, and the defaults in all other fields. required are
// the fields that a null doesn't clear.
func wantFields(t *testing.T, user, defaults, given map[string]any, required []string) {
	t.Helper()
	want := maps.Clone(defaults)
	for field, value := range given {
		if value == nil && slices.Contains(required, field) {
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

// number converts a value that passes Laravel's rules for numbers; nil for null.
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

// categories returns the resources of category ids, each once, in ascending order.
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

// orderCreatePassed checks the order, or the error if its performer isn't user 1, the only performer.
func orderCreatePassed(t *testing.T, w *fixture, c *validationGolden) {
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

// orderUpdatePassed checks that a performer's request with a rating changes nothing, and that the client of an order
// that is done reviews it, unless the request has status 1, which is no possible transition.
func orderUpdatePassed(t *testing.T, w *fixture, c *validationGolden) {
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
		t.Fatalf("an unexpected golden: %v", given)
	}
	shown = resourceOf(t, answer)
	for field, value := range want {
		if shown[field] != value {
			t.Errorf("%s is %#v, want %#v", field, shown[field], value)
		}
	}
}
