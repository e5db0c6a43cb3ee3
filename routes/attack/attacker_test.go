package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The environment variables of the attackers' process.
const (
	attackVariable = "PRIVET_ATTACK"      // kind/name
	urlVariable    = "PRIVET_ATTACK_URL"  // of the server
	onceVariable   = "PRIVET_ATTACK_ONCE" // 1: one worker sends one request
)

// report is what the attackers' process prints at its end.
type report struct {
	Answers  map[string]int    // by status, or "-" where there was no answer
	Examples map[string]string // of each, an answer's beginning
	Sent     int64             // bytes of bodies
}

// worker is one thread of an attack.
type worker struct {
	attack *attack
	n      int // of the attack's workers
	turn   int // the requests that it has sent
	host   string
	ctx    context.Context // ends with the attack

	shared  *gathered
	clients map[string]*http.Client // by address
}

// gathered is what all workers report.
type gathered struct {
	mu sync.Mutex
	report
	sent atomic.Int64
}

// runAttacker is the attackers' process: it says when it is ready, and attacks until its standard input is closed.
func runAttacker(name string) error {
	chosen := find(name)
	if chosen == nil {
		return fmt.Errorf("there is no attack %q", name)
	}
	once := os.Getenv(onceVariable) == "1"
	if once {
		chosen.workers = 1
	}
	ctx, cancel := context.WithCancel(context.Background())
	shared := &gathered{report: report{Answers: map[string]int{}, Examples: map[string]string{}}}
	var workers sync.WaitGroup
	begin := make(chan struct{})
	for n := range chosen.workers {
		w := &worker{attack: chosen, n: n, ctx: ctx, shared: shared, clients: map[string]*http.Client{},
			host: strings.TrimPrefix(os.Getenv(urlVariable), "http://")}
		workers.Go(func() {
			<-begin
			for ctx.Err() == nil && (!once || w.turn == 0) {
				chosen.run(w)
				w.turn++
			}
		})
	}
	if chosen.prepare != nil {
		chosen.prepare()
	}
	fmt.Println("ready")
	close(begin)
	ended := make(chan struct{})
	go func() {
		workers.Wait()
		close(ended)
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
	if once {
		select {
		case <-ended:
		case <-time.After(2 * time.Second): // what holds a connection open
		}
	}
	cancel()
	<-ended
	shared.Sent = shared.sent.Load()
	return json.NewEncoder(os.Stdout).Encode(shared.report)
}

// id numbers all requests of an attack.
func (w *worker) id() int { return w.turn*w.attack.workers + w.n }

// request is a request of an attack.
type request struct {
	method string // POST if empty
	path   string // below /api/v1/ unless it begins with a slash
	from   int    // number of the address in 127.66.0.0/16
	v6     string // an address that a proxy forwards for, if set
	as     int    // user whose token is sent, if set
	kind   string // Content-Type; JSON if empty
	body   []byte
	stream io.Reader // the body instead of body; its length is unknown
	header http.Header
}

// send sends a request, reads all of its answer, and counts it. It returns the status, 0 without an answer, and the
// answer's beginning.
func (w *worker) send(r request) (status int, answer []byte) {
	path := r.path
	if !strings.HasPrefix(path, "/") {
		path = "/api/v1/" + path
	}
	method := r.method
	if method == "" {
		method = http.MethodPost
	}
	var body io.Reader = bytes.NewReader(r.body)
	if r.stream != nil {
		body = r.stream
	}
	req, err := http.NewRequestWithContext(w.ctx, method, "http://"+w.host+path, body)
	if err != nil {
		w.count("-", err.Error())
		return 0, nil
	}
	req.Header.Set("Content-Type", "application/json")
	for name, values := range r.header {
		req.Header[name] = values
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	if r.as != 0 {
		req.Header.Set("Authorization", "Bearer "+token(r.as))
	}
	if r.v6 != "" {
		req.Header.Set("X-Forwarded-For", r.v6)
	}
	response, err := w.client(r.from).Do(req)
	if err != nil {
		w.fail(err)
		return 0, nil
	}
	defer response.Body.Close()
	beginning, _ := io.ReadAll(io.LimitReader(response.Body, 2000))
	_, _ = io.Copy(io.Discard, response.Body) // an answer that is cut off counts by its status
	w.shared.sent.Add(int64(len(r.body)))
	w.count(strconv.Itoa(response.StatusCode), string(beginning))
	if response.StatusCode >= 400 && !w.attack.flood {
		w.pause(5 * time.Millisecond) // refusing is cheap, and no attack by itself
	}
	return response.StatusCode, beginning
}

// address returns the n-th address of the attackers.
func address(n int) net.IP { return net.IPv4(127, 66, byte(n>>8), byte(n)) }

// client returns the HTTP client of an address.
func (w *worker) client(from int) *http.Client {
	key := strconv.Itoa(from)
	if w.clients[key] == nil {
		w.clients[key] = &http.Client{Transport: transportFrom(address(from)), Timeout: time.Minute,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return w.clients[key]
}

// dial opens a connection from the n-th address. It is closed when the attack ends.
func (w *worker) dial(from int) (net.Conn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: address(from)}, Timeout: 10 * time.Second}
	conn, err := dialer.DialContext(w.ctx, "tcp", w.host)
	if err != nil {
		w.fail(err)
		w.pause(50 * time.Millisecond)
		return nil, err
	}
	context.AfterFunc(w.ctx, func() { conn.Close() })
	return conn, nil
}

// pause waits, at most until the attack ends.
func (w *worker) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-w.ctx.Done():
	}
}

// fail counts a request without an answer, unless it was the end of the attack.
func (w *worker) fail(err error) {
	if w.ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return
	}
	w.count("-", err.Error())
}

// count counts an answer.
func (w *worker) count(answer, example string) {
	w.shared.mu.Lock()
	defer w.shared.mu.Unlock()
	w.shared.Answers[answer]++
	if w.shared.Examples[answer] == "" {
		w.shared.Examples[answer] = example[:min(300, len(example))]
	}
}
