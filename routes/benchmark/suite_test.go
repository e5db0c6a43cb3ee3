package benchmark

import (
	"fmt"
	"net/url"
)

// requestFunc returns the n-th request of a workload to a server.
type requestFunc func(s *server, n int) []byte

// workload is a kind of request that is sent to all servers.
type workload struct {
	name          string
	clients       int
	compareGrowth bool // compare its cost between sizes of data
	loginStorm    bool // measure while as many other clients sign in

	ours   requestFunc
	native requestFunc
	bare   requestFunc // nil means the same as ours

	targets targets
}

// targets are limits of ratios; 0 means none.
type targets struct {
	nativeRequests float64 // minimum of ours to native
	bareCPU        float64 // maximum of ours to bare
	nativeP99      float64 // maximum of ours to native
	bareP99        float64 // maximum of ours to bare
	stormP99       float64 // maximum of the login storm to the time before
	growth         float64 // maximum of the CPU with the larger data to the smaller
}

// requestsPerWorkload is the number of different requests of a workload.
const requestsPerWorkload = 2048

// suite returns all workloads.
func suite() []workload {
	const read = 1.5
	return []workload{
		{name: "user/view", clients: 16, compareGrowth: true, ours: viewUser, native: viewRecord,
			targets: targets{nativeRequests: 3, bareCPU: 1.3, growth: read}},
		{name: "order/search", clients: 16, compareGrowth: true, ours: oursGet("order/search"), native: listOrders,
			targets: targets{nativeRequests: 5, bareCPU: 1.4, growth: read}},
		{name: "user/search text", clients: 16, compareGrowth: true, ours: searchUsers((*dataset).rareText), native: listUsers((*dataset).rareText),
			targets: targets{nativeRequests: 30, bareCPU: 1.4, growth: read}},
		{name: "user/search common text", clients: 16, ours: searchUsers((*dataset).commonText), native: listUsers((*dataset).commonText),
			targets: targets{nativeRequests: 30, bareCPU: 1.4}},
		{name: "user/search no text", clients: 16, compareGrowth: true, ours: oursGet("user/search?role=2"), native: listUsers(nil),
			targets: targets{growth: read}},
		{name: "order/create", clients: 16, ours: createOrder(""), native: createRecord,
			targets: targets{nativeRequests: 1, bareCPU: 3}},
		{name: "order/create, bare keeps history and outbox", clients: 16, ours: createOrder(""), native: createRecord, bare: createOrder("/whole")},
		{name: "sign in", clients: 16, ours: login, native: authWithPassword},
		{name: "user/view, 64 clients", clients: 64, ours: viewUser, native: viewRecord,
			targets: targets{nativeP99: 0.25, bareP99: 1.5}},
		{name: "user/view while 16 sign in", clients: 16, loginStorm: true, ours: viewUser, native: viewRecord,
			targets: targets{stormP99: 3}},
	}
}

// requests returns a workload's requests to a server.
func (w *workload) requests(s *server) [][]byte {
	request := w.ours
	switch {
	case s.kind == native:
		request = w.native
	case s.kind == bareDB && w.bare != nil:
		request = w.bare
	}
	all := make([][]byte, requestsPerWorkload)
	for n := range all {
		all[n] = request(s, n)
	}
	return all
}

// The requests to ours and bare.

const api = "/api/v1/"

func bearer(user int) string { return "Bearer " + token(user) }

// callerAt returns the user who sends the n-th request.
func (d *dataset) callerAt(n int) int { return d.regularClient(n % maxCallers) }

func oursGet(path string) requestFunc {
	return func(s *server, n int) []byte { return get(bearer(s.data.callerAt(n)), api+path) }
}

// viewUser requests clients, who have one picture: native PocketBase's expand couldn't exclude the media of a
// performer's orders.
func viewUser(s *server, n int) []byte {
	return get(bearer(s.data.callerAt(n)), fmt.Sprintf("%suser/view/%d", api, s.data.client(n)))
}

func searchUsers(text func(*dataset, int) string) requestFunc {
	return func(s *server, n int) []byte {
		return get(bearer(s.data.callerAt(n)), api+"user/search?role=2&text="+url.QueryEscape(text(s.data, n)))
	}
}

func createOrder(under string) requestFunc {
	return func(s *server, n int) []byte {
		return post(bearer(s.data.orderingClient(n)), under+api+"order/create", fmt.Sprintf(
			`{"performer_id":%d,"occasion_id":1,"description":"Поздравьте, пожалуйста, мою тётю с юбилеем","date_till":"2030-10-02 12:36:51"}`, s.data.performer(n)))
	}
}

func login(s *server, n int) []byte {
	return post("", api+"auth/login", fmt.Sprintf(`{"email":%q,"password":%q,"device_id":"benchmark"}`, email(s.data.signingInClient(n)), password))
}

// The same requests to native PocketBase's API.

func (s *server) records(n int, collection, query string) []byte {
	return get(s.tokens[n%len(s.tokens)], "/api/collections/"+collection+"/records"+query)
}

func viewRecord(s *server, n int) []byte {
	return s.records(n, "users", fmt.Sprintf("/%d?expand=media_via_user", s.data.client(n)))
}

// listOrders omits the users' pictures, because expanding them would include the media of all their orders.
func listOrders(s *server, n int) []byte {
	me := s.data.regularClient(n % len(s.tokens))
	filter := fmt.Sprintf(`client='%d'||performer='%d'`, me, me)
	return s.records(n, "orders", "?page=1&perPage=15&sort=-@rowid&expand=performer,client,media_via_order&filter="+url.QueryEscape(filter))
}

func listUsers(text func(*dataset, int) string) requestFunc {
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
		s.data.orderingClient(n), s.data.performer(n)))
}

func authWithPassword(s *server, n int) []byte {
	return post("", "/api/collections/users/auth-with-password", fmt.Sprintf(`{"identity":%q,"password":%q}`, email(s.data.signingInClient(n)), password))
}
