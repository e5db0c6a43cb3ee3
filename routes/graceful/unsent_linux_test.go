package graceful

import (
	"net/http"
	"testing"
	"time"
)

// What the system takes of an answer that its client does not read is bounded.
func TestUnreadAnswers(t *testing.T) {
	t.Parallel()
	written := make(chan int, 1)
	address := serveTurns(t, newTurns(), func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		chunk, sum := make([]byte, 16<<10), 0
		for {
			n, err := w.Write(chunk)
			sum += n
			if err != nil {
				written <- sum
				return
			}
		}
	})
	connect(t, address, "127.0.0.1").pipeline("/")
	if sum := <-written; sum < maxUnsent/2 || sum > 1<<20 {
		t.Errorf("%d bytes", sum)
	}
}
