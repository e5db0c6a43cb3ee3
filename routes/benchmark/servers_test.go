package benchmark

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The kinds of servers. The test binary starts itself again as native and bare.
const (
	ours   = "ours"
	native = "native"
	bareDB = "bare"
)

// The environment of a server's process.
const (
	kindVariable        = "PRIVET_BENCHMARK_SERVE"
	openVariable        = "PRIVET_BENCHMARK_OPEN"
	connectionsVariable = "PRIVET_BENCHMARK_CONNECTIONS"
)

// callers is how many users ask at most.
const callers = 256

// server is a process that answers.
type server struct {
	name    string // in the tables
	kind    string
	data    *dataset // a copy of its own
	tokens  []string // native: of the first regular clients
	address string
	probe   string // URL of its probe
	command *exec.Cmd
}

// serveChild is what the test binary does as a server.
func serveChild(kind string) error {
	if kind == native {
		connections, err := strconv.Atoi(os.Getenv(connectionsVariable))
		if err != nil {
			return err
		}
		return serveNative(connections)
	}
	return serveBare(os.Args[3], os.Args[5]) // serve --dir … --http …
}

// startServer copies the data and starts a server on it, until the test ends.
func startServer(t testing.TB, name, kind string, data *dataset) *server {
	t.Helper()
	copied := *data
	copied.dir = t.TempDir()
	if err := os.CopyFS(copied.dir, os.DirFS(data.dir)); err != nil {
		t.Fatal(err)
	}
	s := &server{name: name, kind: kind, data: &copied, address: freeAddress(t)}
	binary, err := os.Executable()
	if kind == ours {
		binary, err = product()
	}
	if err != nil {
		t.Fatal(err)
	}
	if kind == native {
		if s.tokens, err = openNative(s.data); err != nil {
			t.Fatal(err)
		}
	}
	probe := freeAddress(t)
	s.probe = "http://" + probe
	s.command = exec.Command(binary, "serve", "--dir", s.data.dir, "--http", s.address)
	s.command.Env = append(os.Environ(), "PRIVET_RATE_LIMIT=0", kindVariable+"="+kind, probeVariable+"="+probe,
		connectionsVariable+"="+strconv.Itoa(*nativeConnections))
	if *bareOpen {
		s.command.Env = append(s.command.Env, openVariable+"=1")
	}
	var said strings.Builder
	s.command.Stdout, s.command.Stderr = &said, &said
	if _, err := s.command.StdinPipe(); err != nil { // it ends when this process does
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
	})
	for range 500 {
		if answered(s.probe+"/usage") && answered("http://"+s.address+"/api/health") {
			return s
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
	t.Fatalf("%s does not answer: %s", name, said.String())
	return nil
}

func answered(url string) bool {
	response, err := http.Get(url)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// ask asks the server's probe.
func (s *server) ask(path string) ([]byte, error) {
	response, err := http.Get(s.probe + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", path, response.Status, body)
	}
	return body, err
}

// usage is what the server has used so far.
func (s *server) usage() (u probeUsage, err error) {
	body, err := s.ask("/usage")
	if err != nil {
		return u, err
	}
	return u, json.Unmarshal(body, &u)
}

//go:embed probe_test.go
var probeSource string

// built is where product puts things; TestMain removes it.
var built string

// product builds privet with the probe laid over its main package, once.
var product = sync.OnceValues(func() (binary string, err error) {
	const module = "github.com/privet/privet"
	main, err := exec.Command("go", "list", "-f", "{{.Dir}}", module).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go list: %w\n%s", err, main)
	}
	if built, err = os.MkdirTemp("", "privet-benchmark-"); err != nil {
		return "", err
	}
	probe := filepath.Join(built, "probe.go")
	source := strings.Replace(probeSource, "package benchmark", "package main", 1)
	if err := os.WriteFile(probe, []byte(source), 0o600); err != nil {
		return "", err
	}
	laid, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(strings.TrimSpace(string(main)), "benchmark_probe.go"): probe,
	}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(built, "overlay.json")
	if err := os.WriteFile(overlay, laid, 0o600); err != nil {
		return "", err
	}
	binary = filepath.Join(built, "privet")
	if out, err := exec.Command("go", "build", "-overlay", overlay, "-o", binary, module).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})
