package dashboard_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// signUpAnna signs up a performer who leaves personal data in every place where a user can.
func signUpAnna(s *testkit.Server, google *fakes.Google) testkit.Person {
	p := s.Signup("role", "2", "price", "5", "email", "anna@home.example", "nickname", "Anna", "name", "Anna Karenina", "phone", "+79001234567",
		"description", "Annas words", "category_ids[]", "1", "device_id", "phone", "firebase_token", "anna-push")
	s.Post("auth/social/connect").As(p.Token).JSON(map[string]any{"token": google.IDToken(fakes.GooglePerson{Sub: "77"}), "social_type": 1}).Do().Want(201)
	s.Post("user/get-by-invite").JSON(map[string]any{"invite": p.Data.String("data", "invite")}).Do().Want(200)
	return p
}

// addNativeRows adds rows of PocketBase's own sign-in, which is disabled but may have been used by an older
// installation.
func addNativeRows(t *testing.T, s *testkit.Server, p testkit.Person) {
	t.Helper()
	record, err := s.App.FindRecordById("users", fmt.Sprint(p.ID))
	if err != nil {
		t.Fatal(err)
	}
	users := record.Collection().Id
	otp, mfa, origin := core.NewOTP(s.App), core.NewMFA(s.App), core.NewAuthOrigin(s.App)
	otp.SetCollectionRef(users)
	otp.SetRecordRef(record.Id)
	otp.SetPassword("123456")
	mfa.SetCollectionRef(users)
	mfa.SetRecordRef(record.Id)
	mfa.SetMethod(core.MFAMethodOTP)
	origin.SetCollectionRef(users)
	origin.SetRecordRef(record.Id)
	origin.SetFingerprint("phone")
	for _, row := range []core.Model{otp, mfa, origin} {
		if err := s.App.Save(row); err != nil {
			t.Fatal(err)
		}
	}
}

// dump returns the rows of all tables but those of migrations and of PocketBase's settings, as JSON.
func dump(t *testing.T, s *testkit.Server) string {
	t.Helper()
	all := map[string]any{}
	for _, table := range []string{"users", "devices", "invite_tokens", "media", "orders", "order_history", "pushes", "_externalAuths", "_mfas", "_otps", "_authOrigins", "users_search"} {
		rows, err := s.App.DB().NewQuery("SELECT * FROM " + table).Rows()
		if err != nil {
			t.Fatal(err)
		}
		var list []dbx.NullStringMap
		for rows.Next() {
			row := dbx.NullStringMap{}
			if err := rows.ScanMap(row); err != nil {
				t.Fatal(err)
			}
			list = append(list, row)
		}
		rows.Close()
		all[table] = list
	}
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// around returns a text's surroundings in a longer one, ignoring case.
func around(text, what string) string {
	at := strings.Index(strings.ToLower(text), strings.ToLower(what))
	return text[max(0, at-60):min(len(text), at+60)]
}
