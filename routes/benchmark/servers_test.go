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

// The kinds of servers. Native and bare are the test binary itself, started again.
const (
	ours   = "ours"
	native = "native"
	bareDB = "bare"
)

// The environment variables of a server's process.
const (
	kindVariable        = "BENCHMARK_SERVE"
	openVariable        = "BENCHMARK_OPEN"
	connectionsVariable = "BENCHMARK_CONNECTIONS"
)

// maxCallers is the maximum number of users that send requests.
const maxCallers = 256

// server is a server process.
type server struct {
	name    string // in the tables
	kind    string
	data    *dataset // the server's own copy
	tokens  []string // of the first regular clients, for native only
	address string
	probe   string // URL of its probe
	command *exec.Cmd
}

// serveChild runs the test binary as a server of the given kind.
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

// startServer starts a server on a copy of the data, which runs until the test ends.
func startServer(t testing.TB, name, kind string, data *dataset) *server {
	t.Helper()
	return serveData(t, name, kind, copyData(t, data))
}

// copyData returns a copy of the data, which is removed when the test ends.
func copyData(t testing.TB, data *dataset) *dataset {
	t.Helper()
	copied := *data
	copied.dir = t.TempDir()
	if err := os.CopyFS(copied.dir, os.DirFS(data.dir)); err != nil {
		t.Fatal(err)
	}
	return &copied
}

// serveData starts a server on data of its own, which runs until the test ends.
func serveData(t testing.TB, name, kind string, data *dataset) *server {
	t.Helper()
	s := &server{name: name, kind: kind, data: data, address: freeAddress(t)}
	binary, err := os.Executable()
	if kind == ours {
		binary, err = buildPrivet()
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
	var output strings.Builder
	s.command.Stdout, s.command.Stderr = &output, &output
	if _, err := s.command.StdinPipe(); err != nil { // it is closed when this process ends, which ends the server
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
		if isOK(s.probe+"/usage") && isOK("http://"+s.address+"/api/health") {
			return s
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
	t.Fatalf("%s does not answer: %s", name, output.String())
	return nil
}

// isOK reports whether a GET of a URL succeeds.
func isOK(url string) bool {
	response, err := http.Get(url)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// freeAddress returns an address of the loopback interface with a free port.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// probeGet sends a GET request to the server's probe and returns the body.
func (s *server) probeGet(path string) ([]byte, error) {
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

// usage returns the resources that the server has used since its start.
func (s *server) usage() (u probeUsage, err error) {
	body, err := s.probeGet("/usage")
	if err != nil {
		return u, err
	}
	return u, json.Unmarshal(body, &u)
}

//go:embed probe_test.go
var probeSource string

// buildDir is the folder of buildPrivet's files, which TestMain removes.
var buildDir string

// buildPrivet builds privet once, with the probe added to its main package by an overlay, and returns the executable's
// path.
var buildPrivet = sync.OnceValues(func() (binary string, err error) {
	const module = "github.com/privet/privet"
	main, err := exec.Command("go", "list", "-f", "{{.Dir}}", module).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go list: %w\n%s", err, main)
	}
	if buildDir, err = os.MkdirTemp("", "privet-benchmark-"); err != nil {
		return "", err
	}
	probe := filepath.Join(buildDir, "probe.go")
	source := strings.Replace(probeSource, "package benchmark", "package main", 1)
	if err := os.WriteFile(probe, []byte(source), 0o600); err != nil {
		return "", err
	}
	replacements, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(strings.TrimSpace(string(main)), "benchmark_probe.go"): probe,
	}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(buildDir, "overlay.json")
	if err := os.WriteFile(overlay, replacements, 0o600); err != nil {
		return "", err
	}
	binary = filepath.Join(buildDir, "privet")
	if out, err := exec.Command("go", "build", "-overlay", overlay, "-o", binary, module).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})
