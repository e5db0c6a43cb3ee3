package powercut

import (
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/privet/privet/routes/testkit"
)

// ledger is what the clients were told.
type ledger struct {
	mu      sync.Mutex
	objects []*object
	events  []event
	kinds   map[exchange]string // what each answer was to
}

// object is something that the server keeps, with the states that it had or may have had one after the other.
type object struct {
	name   string
	read   func(s *testkit.Server) string // its state now
	states []*state
}

// state is a state of an object.
type state struct {
	want     string   // what read returns then
	answer   exchange // that told of it
	answered bool     // else it is not known what became of the request
}

// event is a new status of an order.
type event struct {
	order, to string
	answer    exchange
}

// add notes an object that an answer has told of, with its state.
func (l *ledger) add(name string, read func(*testkit.Server) string, want string, answer exchange) *object {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := &object{name: name, read: read, states: []*state{{want, answer, true}}}
	l.objects = append(l.objects, o)
	return o
}

// changes notes that a change of an object was requested. The function that it returns notes the answer.
func (l *ledger) changes(o *object) (answered func(want string, answer exchange)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &state{}
	o.states = append(o.states, s)
	return func(want string, answer exchange) {
		l.mu.Lock()
		defer l.mu.Unlock()
		*s = state{want, answer, true}
	}
}

// event notes that an answer has told of an order's new status.
func (l *ledger) event(order, to string, answer exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, event{order, to, answer})
}

// answer returns which exchange an answer was, and notes what it was to.
func (l *ledger) answer(kind string, a *testkit.Answer) exchange {
	port, which, _ := strings.Cut(a.Header.Get(answerHeader), " ")
	n, _ := strconv.Atoi(which)
	l.mu.Lock()
	defer l.mu.Unlock()
	e := exchange{port, n}
	l.kinds[e] = kind
	return e
}

// last returns the index of the last state of an object that was acknowledged, -1 for none.
func (o *object) last(acknowledged func(exchange) bool) int {
	for i, s := range slices.Backward(o.states) {
		if s.answered && acknowledged(s.answer) {
			return i
		}
	}
	return -1
}

// allows reports whether an object may be in a state when that with the index last was acknowledged, but no later one.
func (o *object) allows(got string, last int) bool {
	return slices.ContainsFunc(o.states[last:], func(s *state) bool { return !s.answered || s.want == got })
}

// answerHeader is a header of answers that exchanges adds: the client's port, and the number of the answer on it.
const answerHeader = "Test-Answer"

// exchanges counts the answers over each connection.
type exchanges struct {
	next  http.RoundTripper
	mu    sync.Mutex
	count map[string]int // by the client's port
}

// countExchanges makes a client count its answers.
func countExchanges(client *http.Client) {
	client.Transport = &exchanges{next: client.Transport, count: map[string]int{}}
}

// RoundTrip implements http.RoundTripper.
func (e *exchanges) RoundTrip(r *http.Request) (*http.Response, error) {
	var port string
	ctx := httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		address := info.Conn.LocalAddr().String()
		port = address[strings.LastIndex(address, ":")+1:]
	}})
	answer, err := e.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.count[port]++
	answer.Header.Set(answerHeader, port+" "+strconv.Itoa(e.count[port]))
	return answer, nil
}

// CloseIdleConnections makes http.Client's method of this name work through the wrapper.
func (e *exchanges) CloseIdleConnections() {
	if next, ok := e.next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}
