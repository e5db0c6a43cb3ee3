package dashboard_test

import (
	"slices"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// Each field that a moderator edits has a help text, and internal fields are hidden.
func TestDeskFields(t *testing.T) {
	s := testkit.Start(t)
	for _, name := range []string{"users", "orders", "order_history", "media", "devices", "invite_tokens", "pushes"} {
		collection, err := s.App.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		presentable := 0
		for _, field := range collection.Fields {
			data := map[string]any{}
			encode(t, field, &data)
			internal := slices.Contains([]string{"email_key", "search", "password_set", "rev", "reminded", "delivered", "took", "still_tries", "still_version", "token", "tokenKey", "password"}, field.GetName())
			if internal != (data["hidden"] == true) && !slices.Contains([]string{"verified", "emailVisibility", "id"}, field.GetName()) {
				t.Errorf("%s.%s: hidden %v", name, field.GetName(), data["hidden"])
			}
			if data["presentable"] == true {
				presentable++
			}
			if plain := []string{"created", "updated", "emailVisibility", "tokenKey"}; data["help"] == "" && (name == "users" || name == "orders") && !slices.Contains(plain, field.GetName()) {
				t.Errorf("%s.%s has no help", name, field.GetName())
			}
		}
		if presentable == 0 && name != "order_history" {
			t.Errorf("a relation to %s shows nothing", name)
		}
	}
}
