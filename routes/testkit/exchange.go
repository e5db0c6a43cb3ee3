package testkit

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Exchange sends bytes as they are over a connection of their own, calls meanwhile once the server has had time to read
// them, sends the rest and reads the answer.
func (s *Server) Exchange(request string, meanwhile func(), rest string) *http.Response {
	s.t.Helper()
	connection, err := net.DialTimeout("tcp", strings.TrimPrefix(s.URL, "http://"), 10*time.Second)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(connection, request); err != nil {
		s.t.Fatal(err)
	}
	if meanwhile != nil {
		time.Sleep(200 * time.Millisecond) // in which the server has read the head
		meanwhile()
	}
	if _, err := io.WriteString(connection, rest); err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// Concurrently calls work n times, with 0 to n-1, at the same moment, and returns when all calls have.
func Concurrently(n int, work func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			work(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}
