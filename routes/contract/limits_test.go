package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// A number of JSON is what PHP sees of it, with 14 digits, in the rules and in the database.
func TestNumbersAreOneForRulesAndDatabase(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	for sent, want := range map[string]string{
		"999999999.0000001": "999999999", "1e-15": "1.0e-15", "299.9900000000000001": "299.99", "0.30000000000000004": "0.3", `"999999999"`: "999999999",
	} {
		answer := s.Post("user/update").As(performer.Token).JSON(`{"price":` + sent + `}`).Do().Want(200)
		if !strings.Contains(string(answer.Body), `"price":`+want+`,`) {
			t.Errorf("%s became %s", sent, answer.Body)
		}
	}
	for sent, message := range map[string]string{
		"999999999.00001": "not be greater than 999999999.", `"999999999.0000001"`: "not be greater than 999999999.", "-0.0000001": "be at least 0.",
	} {
		s.Post("user/update").As(performer.Token).JSON(`{"price":`+sent+`}`).Do().WantError("price", "The price field must "+message)
	}
	for sent, want := range map[string]string{"5.000000000000001": "5", "0.999999999999999": "1"} {
		order := s.Order(client, performer)
		s.Finish(performer, order).Want(200)
		path := fmt.Sprint("order/update/", order)
		for _, refused := range []string{"5.00000000001", "0.9999999999999", `"5.000000000000001"`} {
			s.Post(path).As(client.Token).JSON(`{"rating_rate":` + refused + `}`).Do().Want(429)
		}
		answer := s.Post(path).As(client.Token).JSON(`{"rating_rate":` + sent + `}`).Do().Want(200)
		if !strings.Contains(string(answer.Body), `"rating_rate":`+want+`,`) {
			t.Errorf("%s became %s", sent, answer.Body)
		}
	}
}

// Long texts have 65,535 bytes at most, in the API and in the dashboard.
func TestLongTexts(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	const ascii, cyrillic = "x", "я"
	fits := map[string]string{ascii: strings.Repeat(ascii, 65535), cyrillic: strings.Repeat(cyrillic, 32767) + ascii}
	over := map[string]string{ascii: strings.Repeat(ascii, 65536), cyrillic: strings.Repeat(cyrillic, 32768)}
	message := func(field string) string {
		return "The " + field + " field must not be greater than 65535 characters."
	}
	order := fmt.Sprint("order/update/", s.Order(client, performer))
	for _, letter := range []string{ascii, cyrillic} {
		create := map[string]any{"performer_id": performer.ID, "date_till": "2030-10-02 12:36:51", "description": over[letter]}
		s.Post("order/create").As(client.Token).JSON(create).Do().WantError("description", message("description"))
		create["description"] = fits[letter]
		s.Post("order/create").As(client.Token).JSON(create).Do().Want(200)
		s.Post("user/update").As(client.Token).Form("description", over[letter]).Do().WantError("description", message("description"))
		s.Post("user/update").As(client.Token).Multipart(nil, "description", fits[letter]).Do().Want(200)
		s.Post(order).As(client.Token).JSON(map[string]any{"cancel_text": over[letter], "status": 3}).Do().WantError("cancel_text", message("cancel text"))
		s.Post(order).As(client.Token).JSON(map[string]any{"rating_text": over[letter]}).Do().WantError("rating_text", message("rating text"))
		s.Dashboard().Change("users", client.ID, map[string]any{"description": over[letter]}).WantFields("description")
		s.Dashboard().Change("users", client.ID, map[string]any{"description": fits[letter]}).Want(200)
	}
	s.Post(order).As(client.Token).JSON(map[string]any{"cancel_text": fits[cyrillic], "status": 3}).Do().Want(200)
	s.WantCleanLog()
}

// Other texts are limited, too, in the API and in the dashboard, and parsing none of them takes long.
func TestShortTexts(t *testing.T) {
	s := testkit.Start(t)
	p := s.Signup("role", "1", "device_id", "phone")
	letters := func(n int) string { return strings.Repeat("я", n) }
	message := func(field string, limit int) string {
		return fmt.Sprintf("The %s field must not be greater than %d characters.", field, limit)
	}
	update := func(field, value string) *testkit.Answer {
		return s.Post("user/update").As(p.Token).JSON(map[string]any{field: value}).Do()
	}
	login := func(field, value string) *testkit.Answer {
		return s.Post("auth/login").JSON(map[string]any{"email": p.Email, "password": testkit.Password, field: value}).Do()
	}
	address := letters(243) + "@example.com" // 255 characters
	update("email", "я"+address).WantError("email", message("email", 255))
	s.Dashboard().Change("users", p.ID, map[string]any{"email": strings.Repeat("a", 244) + "@example.com"}).WantFields("email")
	update("email", address).Want(200)
	update("email", p.Email).Want(200)
	for _, field := range []string{"nickname", "name", "phone"} {
		update(field, letters(256)).WantError(field, message(field, 255))
		update(field, letters(255)).Want(200)
	}
	update("firebase_token", letters(4097)).WantError("firebase_token", message("firebase token", 4096))
	update("firebase_token", letters(4096)).Want(200)
	s.Post("user/add-firebase-token").As(p.Token).JSON(map[string]any{"firebase_token": letters(4097)}).Do().Want(422)
	login("firebase_token", letters(4097)).WantError("firebase_token", message("firebase token", 4096))
	login("device_id", letters(4097)).WantError("device_id", message("device id", 4096))
	login("device_id", letters(4096)).Want(200)

	const invalid = "The email field must be a valid email address."
	for _, long := range []string{strings.Repeat("a", 900_000) + "@example.com", "a@" + strings.Repeat("я.", 150_000) + "com"} {
		s.Post("user/check-free").JSON(map[string]any{"email": long}).Do().WantError("email", invalid)
	}
	answer := s.Post("order/create").As(p.Token).JSON(map[string]any{"performer_id": 1, "description": "x", "date_till": "0." + strings.Repeat("9", 900_000)}).Do()
	if answer.Want(429).Map().String("errors", "date_till", 0) != "The date till field must be a valid date." {
		t.Errorf("%s", answer.Body)
	}
	s.Post("user/update").As(p.Token).JSON(`{"category_ids":[1` + strings.Repeat(",1", 20_000) + `]}`).Do().Want(400).
		WantJSON(`{"status":"error","message":"The JSON body is malformed at line 1, column 40014: more than 20000 values."}`)
	s.Post("user/update").As(p.Token).JSON(`{"category_ids":[1` + strings.Repeat(",2", 19_990) + `]}`).Do().Want(200)
	s.WantCleanLog()
}

// A row with a text that is longer than is accepted today can still be changed.
func TestLongTextsFromBefore(t *testing.T) {
	s := testkit.Start(t)
	p := s.Signup("role", "2", "device_id", "phone")
	long := strings.Repeat("x", 70_000)
	s.Exec(`UPDATE users SET description = '%s', email = '%s@example.com' WHERE id = '%d'`, long, long[:300], p.ID)
	s.Exec(`UPDATE devices SET device_id = '%s'`, long[:5000])
	s.Post("user/update").As(p.Token).JSON(`{"name":"New"}`).Do().Want(200)
	s.Post("user/add-firebase-token").As(p.Token).JSON(`{"firebase_token":"push"}`).Do().Want(201)
	s.Post("user/update").As(p.Token).JSON(map[string]any{"description": long + "y"}).Do().
		WantError("description", "The description field must not be greater than 65535 characters.")
	dashboard := s.Dashboard()
	dashboard.Change("users", p.ID, map[string]any{"description": long + "y"}).WantFields("description")
	dashboard.Change("users", p.ID, map[string]any{"banned": true, "ban_reason": "A pause"}).Want(200)
	s.WantCleanLog()
}

// The collections store no text that is not UTF-8, whoever sends it.
func TestDashboardTextIsUTF8(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	dashboard := s.Dashboard()
	dashboard.Request("PATCH", dashboard.Path("users", client.ID)).Multipart(nil, "name", "\xcf\xf0").Do().WantFields("name")
	s.Get(client.Path()).As(client.Token).Do().Want(200)
}

// A limit of a collection that the rules don't know is a validation error in Laravel's words, and no 500.
func TestCollectionLimitIsAValidationError(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	users, err := s.App.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	ten := 10.0
	users.Fields.GetByName("nickname").(*core.TextField).Max = 5
	users.Fields.GetByName("name").(*core.TextField).Pattern = "^[a-z]+$"
	users.Fields.GetByName("price").(*core.NumberField).Max = &ten
	if err := s.App.Save(users); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ field, value, message string }{
		{"nickname", `"longer"`, "The nickname field must not be greater than 5 characters."},
		{"name", `"Anna"`, "The selected name is invalid."},
		{"price", "11", "The price field must not be greater than 10."},
	} {
		t.Run(c.field, func(t *testing.T) {
			s.Post("user/update").As(client.Token).JSON(`{"nickname":"short","`+c.field+`":`+c.value+`}`).Do().WantError(c.field, c.message)
		})
	}
}
