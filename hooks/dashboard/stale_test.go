package dashboard_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// A form that was opened before a change undoes nothing of it: only what was changed in the form is, and a field that
// somebody else has changed meanwhile is refused with advice.
func TestDeskStaleForms(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	dashboard := s.Dashboard()
	order := s.Order(client, performer)

	form := dashboard.Open("orders", order)
	if form["rev"] != 1.0 {
		t.Fatalf("the form has no rev: %v", form)
	}
	s.Post(fmt.Sprintf("order/update/%d", order)).As(client.Token).JSON(`{"status":3,"cancel_text":"Found another"}`).Do().Want(200)
	now := dashboard.Open("orders", order)
	refused := dashboard.Save("orders", order, form, map[string]any{"status": "done", "occasion": "advice"})
	refused.WantFields("status")
	refused.WantMessage("The order has changed meanwhile: reload the page")
	wantUnchanged(t, dashboard, "orders", order, now)
	saved := dashboard.Save("orders", order, form, map[string]any{"occasion": "just"}).Want(200).Map()
	if saved.String("occasion") != "just" || saved.String("status") != "cancelled" || saved.String("cancel_text") != "Found another" {
		t.Errorf("saved: %v", saved)
	}

	// Two moderators don't replace each other's values.
	profile := dashboard.Open("users", client.ID)
	dashboard.Change("users", client.ID, map[string]any{"banned": true, "nickname": "First"}).Want(200)
	now = dashboard.Open("users", client.ID)
	refused = dashboard.Save("users", client.ID, profile, map[string]any{"nickname": "Second", "name": "N"})
	refused.WantFields("nickname")
	refused.WantMessage("The user has changed meanwhile: reload the page")
	wantUnchanged(t, dashboard, "users", client.ID, now)
	dashboard.Save("users", client.ID, profile, map[string]any{"name": "N"}).Want(200) // does not lift the ban
	dashboard.Save("users", client.ID, profile, map[string]any{"nickname": "First"}).Want(200)
	if user := dashboard.Open("users", client.ID); user["banned"] != true || user["nickname"] != "First" || user["name"] != "N" {
		t.Errorf("the user is %v", user)
	}
	s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": testkit.Password}).Do().Want(401)

	// Of a revision that there never was, nothing is known.
	for _, rev := range []int{-1, 99} {
		dashboard.Request(http.MethodPatch, dashboard.Path("users", client.ID)).JSON(map[string]any{"rev": rev, "name": "M"}).Do().WantFields("rev")
	}

	// A request without rev changes the record as it is now.
	dashboard.Request(http.MethodPatch, dashboard.Path("orders", order)).JSON(`{"occasion":"birthday"}`).Do().Want(200)
	dashboard.Request(http.MethodPatch, dashboard.Path("users", client.ID)).JSON(`{"banned":false}`).Do().Want(200)
}

// A user who goes on saving their profile keeps no moderator from acting: a form that was open meanwhile bans, erases and
// changes fields, and undoes nothing else.
func TestDeskActsWinOverSaving(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	for name, c := range map[string]struct {
		act  func(user testkit.Person) map[string]any
		rev  bool // the form brings the revision that it was opened with
		want func(user map[string]any) bool
	}{
		"ban": {func(testkit.Person) map[string]any { return map[string]any{"banned": true, "ban_reason": "Spam"} }, true,
			func(user map[string]any) bool { return user["banned"] == true && user["ban_reason"] == "Spam" }},
		"ban without a form": {func(testkit.Person) map[string]any { return map[string]any{"banned": true} }, false,
			func(user map[string]any) bool { return user["banned"] == true }},
		"erase": {func(user testkit.Person) map[string]any { return map[string]any{"erase": user.Email} }, true,
			func(user map[string]any) bool { return user["erased"] != "" && user["name"] == "" }},
		"the same field": {func(testkit.Person) map[string]any { return map[string]any{"nickname": "Polite"} }, true,
			func(user map[string]any) bool {
				return user["nickname"] == "Polite" || strings.HasPrefix(fmt.Sprint(user["nickname"]), "Rude")
			}},
	} {
		t.Run(name, func(t *testing.T) {
			s, dashboard := s.WithT(t), dashboard.WithT(t)
			user := s.Client()
			form := dashboard.Open("users", user.ID)
			if !c.rev {
				form = map[string]any{}
			}
			saves, stop, ended := make(chan int), make(chan struct{}), make(chan int)
			go func() { // until the test ends the loop, or the ban or the erasure does
				last := 0
				defer func() { close(saves); ended <- last }()
				for n := 1; ; n++ {
					change := map[string]any{"name": fmt.Sprint("Name ", n), "nickname": fmt.Sprint("Rude ", n), "email": fmt.Sprintf("%d.%s", n, user.Email)}
					if s.Post("user/update").As(user.Token).JSON(change).Do().Status != http.StatusOK {
						return
					}
					last = n
					select {
					case saves <- n:
					case <-stop:
						return
					default:
					}
				}
			}()
			for n := range saves {
				if n > 3 {
					break
				}
			}
			saved := dashboard.Save("users", user.ID, form, c.act(user)).Want(200).Map()
			close(stop)
			for range saves {
				continue
			}
			last := <-ended
			now := dashboard.Open("users", user.ID)
			if !c.want(now) {
				t.Errorf("the user is %v", now)
			}
			if name := fmt.Sprint(now["name"]); name != fmt.Sprint("Name ", last) && name != "" || saved.String("name") == form["name"] && form["name"] != "" {
				t.Errorf("after %d saves the name is %q, and was %q after the act", last, name, saved.String("name"))
			}
		})
	}
}
