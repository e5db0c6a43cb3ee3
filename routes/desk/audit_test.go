package desk_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	cases "github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// audited is what the specification says of a route's rows in the audit: the acts of which it writes one, or why it writes none.
type audited struct {
	Acts []string
	None string
}

// declared returns what the specification says of all routes that have to say it, which each POST does.
func declared(t *testing.T, by desk) map[string]audited {
	t.Helper()
	var specification struct {
		Paths map[string]map[string]struct {
			Audit *audited `json:"x-audit"`
		}
	}
	by.get("openapi.json").Want(200).Into(&specification)
	routes := map[string]audited{}
	for path, methods := range specification.Paths {
		for method, operation := range methods {
			name := strings.ToUpper(method) + " " + strings.TrimPrefix(path, "/api/desk/")
			switch a := operation.Audit; {
			case a == nil && method == "post", a != nil && (len(a.Acts) > 0) == (a.None != ""):
				t.Errorf("%s: x-audit must name acts, or say why there are none", name)
			case a != nil:
				routes[name] = *a
			}
		}
	}
	return routes
}

// walk does acts, and notes which.
type walk struct {
	t    *testing.T
	s    *testkit.Server
	by   desk
	want map[string]audited
	done map[string][]string
}

var number = regexp.MustCompile(`/([0-9]+|[a-z0-9]{15})(/|$)`)

// do sends a request that succeeds. Before, the same is refused: without a token, and where it is not there; and so is the body
// refused, if it is not nil. act is the one that the row is of, "" for no row.
func (w *walk) do(act, method, path string, body, refused in) {
	w.t.Helper()
	rows := func() int { return w.s.Count("audit") }
	send := func(token, path string, body in) *testkit.Answer {
		return w.s.Request(method, "/api/desk/"+path).As(token).JSON(body).Do()
	}
	before := rows()
	send("", path, body).Want(401)
	if other := number.ReplaceAllString(path, "/999999$2"); other != path {
		if strings.HasSuffix(path, "/erase") {
			body["confirm"] = 999999
		}
		send(w.by.token, other, body).Want(404)
		if strings.HasSuffix(path, "/erase") {
			body["confirm"] = number.FindStringSubmatch(path)[1]
		}
	}
	if refused != nil {
		if answer := send(w.by.token, path, refused); answer.Status != 400 && answer.Status != 409 {
			w.t.Errorf("%s %s: %v is answered %d", method, path, refused, answer.Status)
		}
	}
	if n := rows() - before; n != 0 {
		w.t.Errorf("%s %s: %d rows of what was refused", method, path, n)
	}
	kind, _, _ := strings.Cut(path, "/")
	kind = map[string]string{"users": "user", "orders": "order", "media": "media", "log.csv": "audit"}[kind]
	of := func() int {
		return w.s.Count(fmt.Sprintf(`audit WHERE act = '%s' AND actor LIKE '%%@example.com' AND role IN ('owner', 'moderator') AND ('%s' IN ('', target_kind))`, act, kind))
	}
	before, named := rows(), of()
	send(w.by.token, path, body).Want(200)
	want := 1
	if act == "" {
		want = 0
	}
	if all, named := rows()-before, of()-named; all != want || named != want {
		w.t.Errorf("%s %s: %d rows, %d of %q; want %d", method, path, all, named, act, want)
	}
	route := method + " " + number.ReplaceAllString(path, "/{id}$2")
	w.done[route] = append(w.done[route], act)
	if declared, ok := w.want[route]; !ok || act != "" && !slices.Contains(declared.Acts, act) || act == "" && declared.None == "" {
		w.t.Errorf("%s: the specification does not say that it writes a row of %q", route, act)
	}
}

func (w *walk) post(act, path string, body, refused in) {
	w.t.Helper()
	w.do(act, http.MethodPost, path, body, refused)
}

// decide decides the open case about a target.
func (w *walk) decide(act, target, verdict string) {
	w.t.Helper()
	queue := w.by.cases()
	for i := range queue.Len("items") {
		if fmt.Sprint(queue.String("items", i, "target", "kind"), " ", queue.Int("items", i, "target", "id")) == target {
			rev := queue.Int("items", i, "rev")
			w.post(act, "cases/"+queue.String("items", i, "id")+"/verdict", in{"rev": rev, "verdict": verdict, "text": "Because"}, in{"rev": rev + 1, "verdict": verdict, "text": "Because"})
			return
		}
	}
	w.t.Fatalf("there is no case about %s", target)
}

// refuseBodies sends each POST bodies that none takes: what an act does not know, or can't read, changes nothing and is told by name.
func (w *walk) refuseBodies() {
	w.t.Helper()
	before := w.s.Count("audit")
	for route := range w.want {
		path, isPost := strings.CutPrefix(route, "POST ")
		if !isPost {
			continue
		}
		path = strings.ReplaceAll(path, "{id}", "1")
		unknown := w.by.post(path, in{"nonsense": 1}).Want(400).Map()
		if unknown.String("data", "nonsense", "message") == "" || !strings.Contains(unknown.String("message"), "nonsense") {
			w.t.Errorf("%s: the unknown field is not named: %v", route, unknown)
		}
		for _, body := range []string{`{`, `{} {}`, `[]`, `{"text":1}`, `{"text":"a","text":"b"}`} {
			w.by.post(path, body).Want(400)
		}
		w.s.Request(http.MethodPost, "/api/desk/"+path).As(w.by.token).Form("text", "Because").Do().Want(400)
	}
	// What another act knows is not known to this one.
	if answer := w.by.post("users/1/warn", in{"text": "Be polite", "until": "2030-01-01T00:00:00Z"}).Want(400).Map(); answer.At("data", "until") == nil {
		w.t.Errorf("%v", answer)
	}
	if n := w.s.Count("audit") - before; n != 0 {
		w.t.Errorf("%d rows of what was refused", n)
	}
}

// Each POST of the desk is declared in the specification as an act or as none, and writes one row of the audit with that act, or none; what
// is refused writes none. The audit can't be changed.
func TestEachActIsAudited(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	d := moderator(s)
	w := &walk{t, s, d, declared(t, d), map[string][]string{}}
	client, performer, other := s.Client(), s.Performer(), s.Performer()
	ids := []int{s.Order(client, performer), s.Order(client, performer)}
	delivered := s.Finish(performer, ids[0]).Want(200).Map().Int("data", "media", 0, "id")
	portrait, portrait2 := performer.Data.Int("data", "media", 0, "id"), other.Data.Int("data", "media", 0, "id")
	rev := func(path string) int { return d.get(path).Want(200).Map().Int("rev") }

	w.post("", "me", in{"language": "en", "notify": "daily", "blur": true}, in{"notify": "sometimes"})
	report(s, client, "user_id", performer.ID)
	lease := fmt.Sprint("cases/", d.cases().String("items", 1, "id"))
	desk{s, s.Owner()}.post(lease+"/take", in{}).Want(200)
	w.post("", lease+"/take", in{"over": true}, in{})
	w.post("", lease+"/renew", in{}, nil)
	w.post("", lease+"/release", in{}, nil)
	w.post("", "sign-out", in{}, nil)

	w.decide("verdict", fmt.Sprint("user ", performer.ID), "nothing")
	report(s, client, "media_id", portrait2)
	w.decide("hide", fmt.Sprint("media ", portrait2), "hidden")
	report(s, client, "order_id", ids[1])
	w.decide("cancel", fmt.Sprint("order ", ids[1]), "cancelled")
	report(s, client, "user_id", performer.ID)
	w.decide("warn", fmt.Sprint("user ", performer.ID), "warned")
	report(s, client, "user_id", other.ID)
	w.decide("ban", fmt.Sprint("user ", other.ID), "banned")
	err := s.App.RunInTransaction(func(tx core.App) error { return cases.OpenAppeal(tx, fmt.Sprint(other.ID), "It was my brother") })
	if err != nil {
		t.Fatal(err)
	}
	w.by = desk{s, s.Owner()} // the moderator does not decide about their own ban
	w.decide("unban", fmt.Sprint("user ", other.ID), "lifted")
	w.do("export", http.MethodGet, "log.csv", nil, nil)
	w.by = d
	report(s, client, "media_id", delivered)
	w.decide("remove", fmt.Sprint("media ", delivered), "removed")

	media, order, user := fmt.Sprintf("media/%d/", portrait), fmt.Sprintf("orders/%d", ids[0]), fmt.Sprintf("users/%d", performer.ID)
	w.post("hide", media+"hide", in{"text": "x"}, in{"text": strings.Repeat("x", 1001)})
	w.post("show", media+"show", in{}, in{"text": strings.Repeat("x", 1001)})
	w.post("remove", media+"remove", in{"text": "Illegal"}, in{"text": "\x00"})
	w.post("note", order+"/note", in{"text": "A note"}, in{})
	w.post("status", order+"/status", in{"rev": rev(order), "status": "new", "text": "By mistake"}, in{"rev": rev(order), "status": "reviewed", "text": "x"})
	w.post("cancel", order+"/status", in{"rev": rev(order), "status": "cancelled", "text": "At their request"}, in{"rev": 99, "status": "cancelled", "text": "x"})
	d.post(order+"/status", in{"rev": rev(order), "status": "new", "text": "By mistake"}).Want(200)
	w.post("cancel", order+"/cancel", in{"rev": rev(order), "text": "At their request"}, in{"rev": rev(order)})
	w.post("note", user+"/note", in{"text": "A note"}, in{"text": " "})
	w.post("contacts", user+"/contacts", in{}, nil)
	w.post("warn", user+"/warn", in{"text": "Be polite"}, in{"text": strings.Repeat("x", 401)})
	w.post("edit", user+"/edit", in{"rev": rev(user), "description": "Clean", "text": "Words"}, in{"rev": rev(user), "email": "nope"})
	w.post("sign-out", user+"/sign-out", in{}, nil)
	w.post("ban", user+"/ban", in{"text": "Fraud"}, in{"text": "Fraud", "until": "2020-01-01T00:00:00Z"})
	w.post("unban", user+"/unban", in{}, in{"text": "\x00"})
	w.post("erase", user+"/erase", in{}, in{"confirm": 0})

	w.refuseBodies()
	for route, a := range w.want {
		acts := a.Acts
		if a.None != "" {
			acts = []string{""}
		}
		for _, act := range acts {
			if !slices.Contains(w.done[route], act) {
				t.Errorf("%s: the walk has done no %q", route, act)
			}
		}
	}
	for _, statement := range []string{`UPDATE audit SET actor = ''`, `DELETE FROM audit`, `DELETE FROM media`} {
		if _, err := s.App.DB().NewQuery(statement).Execute(); err == nil {
			t.Errorf("%s passes", statement)
		}
	}
	s.WantCleanLog()
}
