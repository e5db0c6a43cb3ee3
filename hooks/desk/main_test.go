package desk_test

import (
	"net/http"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type in = map[string]any

// at asks the desk for something as a superuser; without a body by GET.
func at(s *testkit.Server, token, path string, body any) *testkit.Answer {
	if body == nil {
		return s.Get("/api/desk/" + path).As(token).Do()
	}
	return s.Request(http.MethodPost, "/api/desk/"+path).As(token).JSON(body).Do()
}

// report reports a person, as a user does.
func report(s *testkit.Server, by, about testkit.Person, text string) {
	s.Post("user/report").As(by.Token).JSON(in{"user_id": about.ID, "reason": 2, "text": text}).Do().Want(201)
}

// caseOf returns the id of the open case about a person.
func caseOf(t *testing.T, s *testkit.Server, about testkit.Person) string {
	t.Helper()
	queue := at(s, s.Owner(), "cases", nil).Want(200).Map()
	for i := range queue.Len("items") {
		if queue.String("items", i, "target", "kind") == "user" && queue.Int("items", i, "target", "id") == about.ID {
			return queue.String("items", i, "id")
		}
	}
	t.Fatalf("no case about %d: %v", about.ID, queue)
	return ""
}
