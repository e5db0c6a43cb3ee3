package attack

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit/shared"
)

var (
	all     = flag.Bool("all", false, "run the variants, too")
	attacks = flag.Bool("attacks", false, "let TestAttacks send a request of each attack")
	length  = flag.Duration("length", 1200*time.Millisecond, "duration of an attack")
	quiet   = flag.Duration("quiet", 500*time.Millisecond, "duration of the measurement before it")
	answer  = flag.Bool("answers", false, "print an answer of each status, too")
)

func TestMain(m *testing.M) {
	if name := os.Getenv(attackVariable); name != "" {
		if err := runAttacker(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if dir, err := dataFolder(); err == nil {
		_ = os.RemoveAll(filepath.Dir(dir))
	}
	shared.Cleanup()
	os.Exit(code)
}

// BenchmarkAttack runs each attack on a server of its own and prints the table.
func BenchmarkAttack(b *testing.B) {
	seed(b)
	var rows []*row
	for _, a := range suite() {
		if a.extra && !*all {
			continue
		}
		b.Run(fileName(a.kind)+"/"+fileName(a.name), func(b *testing.B) {
			r := measure(b, &a)
			rows = append(rows, r)
			b.ReportMetric(0, "ns/op") // the duration of an attack has no meaning
			b.ReportMetric(r.ratio(ordering), "order-ratio")
			b.ReportMetric(r.ratio(viewing), "view-ratio")
			b.ReportMetric(r.attacked[signingIn].at(1), "sign-in-s")
			b.ReportMetric(float64(r.memory>>20), "MB")
		})
	}
	printTable(os.Stdout, rows)
}

// measure runs one attack.
func measure(b *testing.B, a *attack) *row {
	s := start(b, b.TempDir(), a.env...)
	defer s.end()
	by := newBystander(s.URL)
	defer by.close()
	by.run(100 * time.Millisecond) // which opens the connections
	r := &row{attack: a}
	before, err := s.cpu()
	if err != nil {
		b.Fatal(err)
	}
	r.quiet = by.run(*quiet)
	calm, _ := s.cpu()
	s.forgetPeak()
	launched := time.Now()
	assailant, err := launch(a, s.URL, "")
	if err != nil {
		b.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // until it is under way
	r.attacked = by.run(max(*length, a.length))
	last, err := s.cpu()
	r.cpu = (last - calm).Seconds() - (calm-before).Seconds()*time.Since(launched).Seconds()/quiet.Seconds()
	if r.report, err = assailant.end(err); err != nil {
		b.Fatal(a.name, ": ", err)
	}
	r.memory = s.Memory("VmHWM")
	return r
}

// TestAttacks sends a request of each attack, which shows that they work, and that none of them makes an error
// of the server.
func TestAttacks(t *testing.T) {
	if !*attacks {
		t.Skip("takes a minute: -attacks")
	}
	s := start(t, t.TempDir())
	for _, a := range suite() {
		if a.extra {
			continue
		}
		assailant, err := launch(&a, s.URL, "1")
		if err != nil {
			t.Fatal(err)
		}
		result, err := assailant.end(nil)
		if err != nil {
			t.Fatal(a.name, ": ", err)
		}
		for status, count := range result.Answers {
			if strings.HasPrefix(status, "5") && status != "503" && status != "507" {
				t.Errorf("%s: %d answers %s: %s", a.name, count, status, result.Examples[status])
			}
		}
	}
	s.Get("user/view/" + strconv.Itoa(firstBystander)).As(token(firstBystander)).Do().Want(200)
}

// assailant is the attackers' process.
type assailant struct {
	command *exec.Cmd
	stdin   io.Closer
	stdout  *bufio.Reader
	errors  strings.Builder
}

// launch starts an attack and returns when it has begun; once is the value of onceVariable.
func launch(a *attack, url, once string) (*assailant, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	process := &assailant{command: exec.Command("nice", "-n", "10", own)}
	process.command.Env = append(os.Environ(), attackVariable+"="+a.kind+"/"+a.name, urlVariable+"="+url, onceVariable+"="+once)
	process.command.Stderr = &process.errors
	if process.stdin, err = process.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := process.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	process.stdout = bufio.NewReader(out)
	if err := process.command.Start(); err != nil {
		return nil, err
	}
	if line, err := process.stdout.ReadString('\n'); err != nil || line != "ready\n" {
		_, err := process.end(fmt.Errorf("the attackers said %q", line))
		return nil, err
	}
	return process, nil
}

// end ends the attack and returns what the attackers report. They end in any case; err is returned before their own.
func (p *assailant) end(err error) (result report, _ error) {
	_ = p.stdin.Close()
	decoded := json.NewDecoder(p.stdout).Decode(&result)
	ended := p.command.Wait()
	for _, other := range []error{decoded, ended} {
		if err == nil && other != nil {
			err = fmt.Errorf("%w: %s", other, p.errors.String())
		}
	}
	return result, err
}

// fileName converts a name for use in benchmark names.
func fileName(name string) string {
	return strings.NewReplacer(" ", "_", "/", "_", ",", "").Replace(name)
}
