package attack

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// server is a server under attack.
type server struct {
	*testkit.Running
}

// start runs a server on a copy of the data in a folder, with the default rate limit unless the variables say
// otherwise.
func start(t testing.TB, dir string, env ...string) *server {
	t.Helper()
	dir = filepath.Join(dir, "data")
	if err := os.CopyFS(dir, os.DirFS(seed(t))); err != nil {
		t.Fatal(err)
	}
	return &server{testkit.ProcessOn(t, dir, append([]string{"PRIVET_RATE_LIMIT=60"}, env...)...)}
}

// cpu returns the CPU time that the server and its ended children have used.
func (s *server) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.PID()))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	if len(fields) < 15 {
		return 0, fmt.Errorf("/proc/PID/stat: %q", stat)
	}
	var sum time.Duration
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime: fields 14 to 17 of proc(5)
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ticks) * (time.Second / 100)
	}
	return sum, nil
}

// forgetPeak makes the server's peak of memory (VmHWM) begin anew, see proc(5) on clear_refs.
func (s *server) forgetPeak() {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.PID()), []byte("5"), 0) // without it the peak is that since the start
}

// end stops the server at once.
func (s *server) end() { s.Stop(syscall.SIGKILL) }
