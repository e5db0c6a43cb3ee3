package graceful

import (
	"net"
	"sync"
	"time"
)

// reportingListener is a listener whose errors are reported, but that of its end. net/http tries again after a while
// and says so nowhere that PocketBase shows.
type reportingListener struct {
	net.Listener
	report func(error)
}

// Accept implements net.Listener.
func (l *reportingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if temporary, ok := err.(interface{ Temporary() bool }); ok && temporary.Temporary() { // as net/http asks
		l.report(err)
	}
	if err == nil {
		limitUnsent(conn)
		conn = &yieldingConn{Conn: conn}
	}
	return conn, err
}

// sometimes calls a function at most once in a while.
type sometimes struct {
	every time.Duration

	mu     sync.Mutex
	next   time.Time
	missed int
}

// do calls f with the number of calls since the last one that came too early, unless this one does.
func (s *sometimes) do(f func(missed int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.next) {
		s.missed++
		return
	}
	f(s.missed)
	s.next, s.missed = time.Now().Add(s.every), 0
}
