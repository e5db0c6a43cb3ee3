package benchmark

import (
	"fmt"
	"net/url"
)

// question makes the n-th request of a work to a server.
type question func(s *server, n int) []byte

// work is something that servers are asked to do.
type work struct {
	name    string
	clients int
	reads   bool // its cost is compared between sizes of data
	storm   bool // as many clients sign in meanwhile

	ours   question
	native question
	bare   question // nil: the same as ours

	targets targets
}

// targets are what is to be reached; 0 is none.
type targets struct {
	nativeRequests float64 // ours against native, at least
	bareCPU        float64 // ours against bare, at most
	nativeP99      float64 // ours against native, at most
	bareP99        float64 // ours against bare, at most
	stormP99       float64 // with the storm against without it, at most
	growth         float64 // CPU with the larger data against the smaller, at most
}

// questions is how many different requests a work has.
const questions = 2048

func works() []work {
	const read = 1.5
	return []work{
		{name: "user/view", clients: 16, reads: true, ours: viewUser, native: viewRecord,
			targets: targets{nativeRequests: 3, bareCPU: 1.3, growth: read}},
		{name: "order/search", clients: 16, reads: true, ours: oursGet("order/search"), native: listOrders,
			targets: targets{nativeRequests: 5, bareCPU: 1.4, growth: read}},
		{name: "user/search text", clients: 16, reads: true, ours: searchUsers((*dataset).rareText), native: listUsers((*dataset).rareText),
			targets: targets{nativeRequests: 30, bareCPU: 1.4, growth: read}},
		{name: "user/search common text", clients: 16, ours: searchUsers((*dataset).commonText), native: listUsers((*dataset).commonText),
			targets: targets{nativeRequests: 30, bareCPU: 1.4}},
		{name: "user/search no text", clients: 16, reads: true, ours: oursGet("user/search?role=2"), native: listUsers(nil),
			targets: targets{growth: read}},
		{name: "order/create", clients: 16, ours: createOrder(""), native: createRecord,
			targets: targets{nativeRequests: 1, bareCPU: 3}},
		{name: "order/create, bare keeps history and outbox", clients: 16, ours: createOrder(""), native: createRecord, bare: createOrder("/whole")},
		{name: "sign in", clients: 16, ours: login, native: authWithPassword},
		{name: "user/view, 64 clients", clients: 64, ours: viewUser, native: viewRecord,
			targets: targets{nativeP99: 0.25, bareP99: 1.5}},
		{name: "user/view while 16 sign in", clients: 16, storm: true, ours: viewUser, native: viewRecord,
			targets: targets{stormP99: 3}},
	}
}

// requests makes a work's requests to a server.
func (w *work) requests(s *server) [][]byte {
	ask := w.ours
	switch {
	case s.kind == native:
		ask = w.native
	case s.kind == bareDB && w.bare != nil:
		ask = w.bare
	}
	all := make([][]byte, questions)
	for n := range all {
		all[n] = ask(s, n)
	}
	return all
}

// The questions to ours, which bare understands too.

const api = "/api/v1/"

func bearer(user int) string { return "Bearer " + token(user) }

// asker is who asks the n-th question.
func (d *dataset) asker(n int) int { return d.regular(n % callers) }

func oursGet(path string) question {
	return func(s *server, n int) []byte { return get(bearer(s.data.asker(n)), api+path) }
}

// viewUser looks at clients, who have one picture: native PocketBase's expand could not leave a performer's order
// media out.
func viewUser(s *server, n int) []byte {
	return get(bearer(s.data.asker(n)), fmt.Sprintf("%suser/view/%d", api, s.data.client(n)))
}

func searchUsers(text func(*dataset, int) string) question {
	return func(s *server, n int) []byte {
		return get(bearer(s.data.asker(n)), api+"user/search?role=2&text="+url.QueryEscape(text(s.data, n)))
	}
}

func createOrder(under string) question {
	return func(s *server, n int) []byte {
		return post(bearer(s.data.orderer(n)), under+api+"order/create", fmt.Sprintf(
			`{"performer_id":%d,"occasion_id":1,"description":"Поздравьте, пожалуйста, мою тётю с юбилеем","date_till":"2030-10-02 12:36:51"}`, s.data.performer(n)))
	}
}

func login(s *server, n int) []byte {
	return post("", api+"auth/login", fmt.Sprintf(`{"email":%q,"password":%q,"device_id":"benchmark"}`, email(s.data.signsIn(n)), password))
}

// The same questions in native PocketBase's words.

func (s *server) records(n int, collection, query string) []byte {
	return get(s.tokens[n%len(s.tokens)], "/api/collections/"+collection+"/records"+query)
}

func viewRecord(s *server, n int) []byte {
	return s.records(n, "users", fmt.Sprintf("/%d?expand=media_via_user", s.data.client(n)))
}

// listOrders leaves the users' own pictures out, as expanding them would bring the media of all their orders too.
func listOrders(s *server, n int) []byte {
	me := s.data.regular(n % len(s.tokens))
	filter := fmt.Sprintf(`client='%d'||performer='%d'`, me, me)
	return s.records(n, "orders", "?page=1&perPage=15&sort=-@rowid&expand=performer,client,media_via_order&filter="+url.QueryEscape(filter))
}

func listUsers(text func(*dataset, int) string) question {
	return func(s *server, n int) []byte {
		filter := `role='performer'`
		if text != nil {
			filter += fmt.Sprintf(`&&(nickname~'%[1]s'||name~'%[1]s'||description~'%[1]s')`, text(s.data, n))
		}
		return s.records(n, "users", "?page=1&perPage=15&sort=-@rowid&expand=media_via_user&filter="+url.QueryEscape(filter))
	}
}

func createRecord(s *server, n int) []byte {
	return post(s.tokens[n%len(s.tokens)], "/api/collections/"+plainOrders+"/records", fmt.Sprintf(
		`{"client":"%d","performer":"%d","status":"new","occasion":"birthday","description":"Поздравьте, пожалуйста, мою тётю с юбилеем","date_till":"2030-10-02 12:36:51.000Z","price":2.99,"rev":1}`,
		s.data.orderer(n), s.data.performer(n)))
}

func authWithPassword(s *server, n int) []byte {
	return post("", "/api/collections/users/auth-with-password", fmt.Sprintf(`{"identity":%q,"password":%q}`, email(s.data.signsIn(n)), password))
}
