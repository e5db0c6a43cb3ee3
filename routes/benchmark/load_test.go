package benchmark

import (
	"errors"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// tally is what slices add up to.
type tally struct {
	latencies []time.Duration // one a request
	asked     time.Duration   // how long
	cpu       time.Duration   // of the server
	ownCPU    time.Duration   // of the clients
	objects   uint64          // allocated by the server
	bytes     uint64
	resident  int64 // bytes of the server's memory after the last slice
}

func (t *tally) add(other tally) {
	t.latencies = append(t.latencies, other.latencies...)
	t.asked += other.asked
	t.cpu += other.cpu
	t.ownCPU += other.ownCPU
	t.objects += other.objects
	t.bytes += other.bytes
	t.resident = other.resident
}

// perSecond is how many requests were answered in a second.
func (t *tally) perSecond() float64 { return float64(len(t.latencies)) / t.asked.Seconds() }

// cpuEach is the server's CPU time for a request, in microseconds.
func (t *tally) cpuEach() float64 { return micro(t.cpu) / float64(len(t.latencies)) }

// percentile is the time in microseconds that a share of the requests took at most; latencies must be sorted.
func (t *tally) percentile(share float64) float64 {
	if len(t.latencies) == 0 {
		return math.NaN()
	}
	at := int(math.Ceil(share*float64(len(t.latencies)))) - 1
	return micro(t.latencies[max(0, at)])
}

func (t *tally) sort() { slices.Sort(t.latencies) }

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// crowd is a number of clients that ask one server the same kind of question.
type crowd struct {
	clients  []*client
	requests [][]byte
	next     []int // request of each client
}

func newCrowd(s *server, size int, requests [][]byte) (*crowd, error) {
	c := &crowd{requests: requests}
	for n := range size {
		client, err := dial(s.address)
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		c.clients = append(c.clients, client)
		c.next = append(c.next, n*len(requests)/size)
	}
	return c, nil
}

func (c *crowd) close() (err error) {
	for _, client := range c.clients {
		err = errors.Join(err, client.conn.Close())
	}
	return err
}

// ask lets each client ask again and again until stop is set; each has one question under way.
func (c *crowd) ask(stop *atomic.Bool) ([]time.Duration, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wait sync.WaitGroup
	for n, client := range c.clients {
		wait.Go(func() {
			var mine []time.Duration
			var err error
			for err == nil && !stop.Load() {
				begin := time.Now()
				_, err = client.do(c.requests[c.next[n]%len(c.requests)])
				mine = append(mine, time.Since(begin))
				c.next[n]++
			}
			mu.Lock()
			defer mu.Unlock()
			all, failed = append(all, mine...), errors.Join(failed, err)
		})
	}
	wait.Wait()
	return all, failed
}

// slice lets the crowd ask for a while and measures it.
func (c *crowd) slice(s *server, length time.Duration) (t tally, err error) {
	before, err := s.usage()
	if err != nil {
		return t, err
	}
	own := ownCPU()
	begin := time.Now()
	var stop atomic.Bool
	timer := time.AfterFunc(length, func() { stop.Store(true) })
	defer timer.Stop()
	t.latencies, err = c.ask(&stop)
	if err != nil {
		return t, err
	}
	t.asked, t.ownCPU = time.Since(begin), ownCPU()-own
	after, err := s.usage()
	t.cpu = time.Duration(after.CPU - before.CPU)
	t.objects, t.bytes, t.resident = after.Objects-before.Objects, after.Bytes-before.Bytes, after.Resident
	return t, err
}

// beside runs work while the crowd asks without pause.
func (c *crowd) beside(settle time.Duration, work func() error) error {
	var stop atomic.Bool
	storm := make(chan error, 1)
	go func() {
		_, err := c.ask(&stop)
		storm <- err
	}()
	time.Sleep(settle)
	err := work()
	stop.Store(true)
	return errors.Join(err, <-storm)
}

func ownCPU() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
