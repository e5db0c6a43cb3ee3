package desk_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// found returns the numbers of the people that a search finds, with how, and of the orders.
func found(s *testkit.Server, token, text string) (people, orders []string) {
	answer := s.Get("/api/desk/search?q=" + url.QueryEscape(text)).As(token).Do().Want(200).Map()
	for i := range answer.Len("people") {
		people = append(people, fmt.Sprintf("%d %s", answer.Int("people", i, "id"), answer.String("people", i, "match")))
	}
	for i := range answer.Len("orders") {
		orders = append(orders, fmt.Sprint(answer.Int("orders", i, "id")))
	}
	return people, orders
}

// One field finds people by number, nickname, name, invite, and by whole e-mails and phone numbers, and orders by number and by
// people; whatever is typed.
func TestSearch(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	token := s.Moderator()
	misha := s.Signup("role", "2", "nickname", "Миша и кот", "name", "Михаил Орлов", "phone", "+7 (912) 345-67-89", "description", "Стримлю с Олегом")
	oleg := s.Signup("role", "1", "nickname", "Олёг", "phone", "8-800-555")
	order := s.Order(oleg, misha)
	banned := s.Signup("role", "1", "nickname", "Мишень")
	s.Dashboard().Change("users", banned.ID, map[string]any{"banned": true}).Want(200)
	id := func(p testkit.Person, match string) string { return fmt.Sprintf("%d %s", p.ID, match) }
	for _, c := range []struct {
		text   string
		people []string
		orders []string
	}{
		{"миш", []string{id(banned, "nickname"), id(misha, "nickname")}, []string{fmt.Sprint(order)}},
		{"МИ", []string{id(banned, "nickname"), id(misha, "nickname")}, []string{fmt.Sprint(order)}},
		{"и кот", []string{id(misha, "nickname")}, []string{fmt.Sprint(order)}},
		{"орлов", []string{id(misha, "name")}, []string{fmt.Sprint(order)}},
		{"олег", []string{id(oleg, "nickname")}, []string{fmt.Sprint(order)}}, // not the description
		{"89123456789", []string{id(misha, "phone")}, []string{fmt.Sprint(order)}},
		{"+7 912 345 67 89", []string{id(misha, "phone")}, []string{fmt.Sprint(order)}},
		{"912 345 67 89", nil, nil},
		{strings.ToUpper(misha.Email), []string{id(misha, "email")}, []string{fmt.Sprint(order)}},
		{misha.Email[:len(misha.Email)-1], nil, nil},
		{misha.Data.String("data", "invite"), []string{id(misha, "invite")}, []string{fmt.Sprint(order)}},
		{misha.Data.String("data", "invite")[:7], nil, nil},
		{"№ " + fmt.Sprint(oleg.ID), []string{id(oleg, "number")}, []string{fmt.Sprint(order)}},
		{"", nil, nil}, {"%", nil, nil}, {`"`, nil, nil}, {`" OR 1`, nil, nil}, {"'; DROP TABLE users; --", nil, nil},
		{"999999999999999", nil, nil}, {"99999999999999999999", nil, nil}, {"0", nil, nil}, {"-1", nil, nil}, {"*", nil, nil}, {"\u202e", nil, nil},
		{strings.Repeat("я", 200), nil, nil}, {"text:a NEAR b", nil, nil},
	} {
		people, orders := found(s, token, c.text)
		if !slices.Equal(people, c.people) || !slices.Equal(orders, c.orders) {
			t.Errorf("%q finds %q and %q, want %q and %q", c.text, people, orders, c.people, c.orders)
		}
	}
	if _, orders := found(s, token, fmt.Sprint("#", order)); !slices.Contains(orders, fmt.Sprint(order)) {
		t.Errorf("an order's number finds %q", orders)
	}
	for _, bad := range []string{"q=" + strings.Repeat("a", 201), "q=%00", "q=%ff"} {
		s.Get("/api/desk/search?" + bad).As(token).Do().Want(400)
	}
	answer := s.Get("/api/desk/search?q=" + url.QueryEscape(misha.Email)).As(token).Do().Want(200)
	for _, contact := range []string{misha.Email, "345-67-89"} {
		if strings.Contains(string(answer.Body), contact) {
			t.Errorf("%s is in %s", contact, answer.Body)
		}
	}
	if note := s.Get("/api/desk/search?q=a@example").As(token).Do().Want(200).Map().String("note"); note != "whole" {
		t.Errorf("note %q", note)
	}
	s.Get("/api/desk/search?q=a").Do().Want(401)
	s.Get("/api/desk/search?q=a").As(oleg.Token).Do().Want(401)

	// Who is renamed is found by the new name alone, and who is erased by none.
	s.Post("user/update").As(oleg.Token).JSON(map[string]any{"nickname": "Тимофей"}).Do().Want(200)
	s.Post("user/delete").As(misha.Token).JSON(map[string]any{"password": testkit.Password}).Do().Want(200)
	for text, want := range map[string][]string{"олег": nil, "тимоф": {id(oleg, "nickname")}, "и кот": nil, "deleted": nil,
		fmt.Sprint(misha.ID): {id(misha, "number")}} {
		if people, _ := found(s, token, text); !slices.Equal(people, want) {
			t.Errorf("%q finds %q, want %q", text, people, want)
		}
	}
	s.WantCleanLog()
}

// The wall has the newest media first, in pages.
func TestWall(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	wall := func(query string) testkit.Map {
		return s.Get("/api/desk/media?" + query).As(dashboard.Token()).Do().Want(200).Map()
	}
	all := wall("")
	if all.Len("items") != 3 || all.Int("items", 0, "order") != order || all.Int("items", 0, "performer", "id") != performer.ID || all.At("items", 1, "order") != nil {
		t.Errorf("%v", all)
	}
	if got := s.Get(all.String("items", 0, "url")).Do().Want(200); len(got.Body) == 0 {
		t.Error("the medium is empty")
	}
	if deliveries := wall("show=orders&page=1"); deliveries.Len("items") != 1 || deliveries.At("more") != false {
		t.Errorf("%v", deliveries)
	}
	if wall("page=2").Len("items") != 0 || wall("show=hidden").Len("items") != 0 {
		t.Error("there is more than there is")
	}
	s.Exec(`UPDATE media SET hidden = '2024-01-01 00:00:00.000Z', remove_at = '2024-02-01 00:00:00.000Z' WHERE "order" <> ''`)
	if hidden := wall("show=hidden"); hidden.String("items", 0, "hidden") != "2024-01-01T00:00:00.000Z" || hidden.String("items", 0, "remove_at") != "2024-02-01T00:00:00.000Z" {
		t.Errorf("%v", hidden)
	}
	s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1050)
		INSERT INTO media (id, file, type, user, "order", still, created, updated) SELECT i, i || '.png', 'image', %d, '', '', '2024-01-01 00:00:00.000Z', '' FROM n`, performer.ID)
	if first, last := wall(""), wall("page=3"); first.Len("items") != 24 || first.Int("items", 0, "id") != 1050 || first.At("more") != true || last.Len("items") != 6 || last.At("more") != false {
		t.Errorf("%d and %d on the pages", first.Len("items"), last.Len("items"))
	}
	for _, bad := range []string{"page=0", "page=x", "page=-1", "page=99999", "page=1.5", "page=%00", "show=x", "page=" + strings.Repeat("1", 5000)} {
		if status := s.Get("/api/desk/media?" + bad).As(dashboard.Token()).Do().Status; status != 400 && status != 414 {
			t.Errorf("%.20s: %d", bad, status)
		}
	}
	s.WantCleanLog()
}
