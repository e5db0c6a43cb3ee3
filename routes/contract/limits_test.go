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
