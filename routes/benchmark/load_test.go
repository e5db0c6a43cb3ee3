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

// measurement is the sum of slices.
type measurement struct {
	latencies []time.Duration // of each request
	elapsed   time.Duration   // duration of the slices
	cpu       time.Duration   // of the server
	clientCPU time.Duration   // of the clients
	objects   uint64          // allocated by the server
	bytes     uint64
	resident  int64 // bytes of the server's memory after the last slice
}

func (t *measurement) add(other measurement) {
	t.latencies = append(t.latencies, other.latencies...)
	t.elapsed += other.elapsed
	t.cpu += other.cpu
	t.clientCPU += other.clientCPU
	t.objects += other.objects
	t.bytes += other.bytes
	t.resident = other.resident
}

// perSecond returns the number of requests per second.
func (t *measurement) perSecond() float64 { return float64(len(t.latencies)) / t.elapsed.Seconds() }

// cpuEach returns the server's CPU time per request in microseconds.
func (t *measurement) cpuEach() float64 { return micro(t.cpu) / float64(len(t.latencies)) }

// percentile returns the latency in microseconds that a share of the requests, from 0 to 1, doesn't exceed. The
// latencies must be sorted.
func (t *measurement) percentile(share float64) float64 {
	if len(t.latencies) == 0 {
		return math.NaN()
	}
	at := int(math.Ceil(share*float64(len(t.latencies)))) - 1
	return micro(t.latencies[max(0, at)])
}

func (t *measurement) sort() { slices.Sort(t.latencies) }

// micro converts a duration to microseconds.
func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// clientPool is a number of clients that send requests of one workload to one server.
type clientPool struct {
	clients  []*client
	requests [][]byte
	next     []int // index of each client's next request
}

// newClientPool connects size clients to a server.
func newClientPool(s *server, size int, requests [][]byte) (*clientPool, error) {
	c := &clientPool{requests: requests}
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

func (c *clientPool) close() (err error) {
	for _, client := range c.clients {
		err = errors.Join(err, client.conn.Close())
	}
	return err
}

// send makes each client send one request after the other until stop is set, and returns the latencies.
func (c *clientPool) send(stop *atomic.Bool) ([]time.Duration, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wait sync.WaitGroup
	for n, client := range c.clients {
		wait.Go(func() {
			var latencies []time.Duration
			var err error
			for err == nil && !stop.Load() {
				begin := time.Now()
				_, err = client.do(c.requests[c.next[n]%len(c.requests)])
				latencies = append(latencies, time.Since(begin))
				c.next[n]++
			}
			mu.Lock()
			defer mu.Unlock()
			all, failed = append(all, latencies...), errors.Join(failed, err)
		})
	}
	wait.Wait()
	return all, failed
}

// slice sends requests for the given time and measures them.
func (c *clientPool) slice(s *server, length time.Duration) (t measurement, err error) {
	before, err := s.usage()
	if err != nil {
		return t, err
	}
	own := processCPU()
	begin := time.Now()
	var stop atomic.Bool
	timer := time.AfterFunc(length, func() { stop.Store(true) })
	defer timer.Stop()
	t.latencies, err = c.send(&stop)
	if err != nil {
		return t, err
	}
	t.elapsed, t.clientCPU = time.Since(begin), processCPU()-own
	after, err := s.usage()
	t.cpu = time.Duration(after.CPU - before.CPU)
	t.objects, t.bytes, t.resident = after.Objects-before.Objects, after.Bytes-before.Bytes, after.Resident
	return t, err
}

// during calls work while the clients send requests. It lets them send for the duration settle before.
func (c *clientPool) during(settle time.Duration, work func() error) error {
	var stop atomic.Bool
	storm := make(chan error, 1)
	go func() {
		_, err := c.send(&stop)
		storm <- err
	}()
	time.Sleep(settle)
	err := work()
	stop.Store(true)
	return errors.Join(err, <-storm)
}

// processCPU returns the CPU time of this process, 0 if it is unknown.
func processCPU() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
