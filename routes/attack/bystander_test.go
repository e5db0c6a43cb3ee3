package attack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The bystander's requests, and the time from one to the next.
const (
	viewing   = "user/view"
	ordering  = "order/create"
	signingIn = "auth/login"
)

var pace = map[string]time.Duration{viewing: 25 * time.Millisecond, ordering: 50 * time.Millisecond, signingIn: 350 * time.Millisecond}

// patience is how long the bystander waits for an answer.
const patience = 20 * time.Second

// series are the requests of one kind.
type series struct {
	latencies []time.Duration // sorted; of all requests, failed ones too
	failures  []string        // what was answered instead of 200
}

// at returns the latency that a share of the requests, from 0 to 1, does not exceed, in seconds.
func (s *series) at(share float64) float64 {
	if len(s.latencies) == 0 {
		return math.NaN()
	}
	return s.latencies[max(0, int(math.Ceil(share*float64(len(s.latencies))))-1)].Seconds()
}

// bystander is a crowd of people who each have a device, an account and an address.
type bystander struct {
	base    string // URL of the server
	clients []*http.Client
	turn    map[string]int // who is next, for each kind of request

	mu     sync.Mutex
	orders []string // the bodies of acknowledged orders
}

func newBystander(base string) *bystander {
	b := &bystander{base: base, turn: map[string]int{}}
	for n := range bystanders / 2 {
		b.clients = append(b.clients, &http.Client{Transport: transportFrom(net.IPv4(127, 9, 0, byte(n+1))), Timeout: patience})
	}
	return b
}

// transportFrom returns a transport whose connections come from an address of this machine.
func transportFrom(address net.IP) *http.Transport {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: address}, Timeout: patience}
	return &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 256, DisableCompression: true}
}

// run sends requests of all kinds at their pace for the given time, and measures them.
func (b *bystander) run(length time.Duration) map[string]*series {
	results := map[string]*series{}
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	var wait sync.WaitGroup
	for kind, pause := range pace {
		s, first := &series{}, b.turn[kind]
		results[kind] = s
		wait.Go(func() {
			ticker := time.NewTicker(pause)
			defer ticker.Stop()
			for n := first; ; n++ {
				begin := time.Now()
				if failure := b.send(kind, n); failure != "" {
					s.failures = append(s.failures, failure)
				}
				s.latencies = append(s.latencies, time.Since(begin))
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
				}
			}
		})
	}
	wait.Wait()
	for kind, s := range results {
		slices.Sort(s.latencies)
		b.turn[kind] += len(s.latencies)
	}
	return results
}

// send sends the n-th request of a kind and returns what went wrong.
func (b *bystander) send(kind string, n int) (failure string) {
	who := n % len(b.clients)
	user := firstBystander + 2*who // a client
	var request *http.Request
	switch kind {
	case viewing:
		request, _ = http.NewRequest(http.MethodGet, fmt.Sprintf("%s/api/v1/user/view/%d", b.base, firstAttacker+attackers+n*7919%5000), nil)
	case ordering:
		performer := firstAttacker + attackers + 1 + n*2 // each order is for another one
		body := fmt.Sprintf(`{"performer_id":%d,"occasion_id":1,"description":"Please greet my aunt, %d","date_till":"2030-10-02 12:36:51"}`, performer, n)
		request, _ = http.NewRequest(http.MethodPost, b.base+"/api/v1/order/create", strings.NewReader(body))
	case signingIn:
		body := fmt.Sprintf(`{"email":%q,"password":"password","device_id":"phone-%d"}`, email(user+1), user+1) // the other half, to leave the token alone
		request, _ = http.NewRequest(http.MethodPost, b.base+"/api/v1/auth/login", strings.NewReader(body))
	}
	request.Header.Set("Authorization", "Bearer "+token(user))
	request.Header.Set("Content-Type", "application/json")
	response, err := b.clients[who].Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Sprintf("%s: %s %.200s", kind, response.Status, body)
	}
	if kind == ordering {
		b.mu.Lock()
		b.orders = append(b.orders, string(bytes.Clone(body)))
		b.mu.Unlock()
	}
	return ""
}

// close closes the connections.
func (b *bystander) close() {
	for _, client := range b.clients {
		client.CloseIdleConnections()
	}
}
