package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// The sample for nginx is one that nginx accepts, and an upload of 20 MB passes through it.
func TestNginxSample(t *testing.T) {
	t.Parallel()
	program := findProgram(t, "nginx", "/usr/sbin/nginx")
	s := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 20 })
	folder, address, plain := t.TempDir(), testkit.FreeAddress(t), testkit.FreeAddress(t)
	client := writeCertificate(t, folder)
	text := sampleText(t, "nginx.conf")
	for _, change := range [][2]string{
		{`server 127\.0\.0\.1:8090;`, "server " + strings.TrimPrefix(s.URL, "http://") + ";"},
		{`listen 443 ssl http2;`, "listen " + address + " ssl http2;"}, {`listen 80;`, "listen " + plain + ";"}, {`(?m)^\s*listen \[::\].*\n`, ""},
		{`/etc/letsencrypt/live/api\.example\.com`, folder},
	} {
		changed := regexp.MustCompile(change[0]).ReplaceAllLiteralString(text, change[1])
		if changed == text {
			t.Fatalf("the sample lacks %s", change[0])
		}
		text = changed
	}
	var folders strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&folders, "%s_temp_path %s/%s;\n", kind, folder, kind)
	}
	config := filepath.Join(folder, "nginx.conf")
	text = fmt.Sprintf("daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log warn;\nevents {}\nhttp {\naccess_log off;\n%[2]s%[3]s}\n", folder, &folders, text)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{"-c", config, "-p", folder, "-e", filepath.Join(folder, "error.log")}
	if out, err := exec.Command(program, append([]string{"-t"}, arguments...)...).CombinedOutput(); err != nil || bytes.Contains(out, []byte("[warn]")) {
		t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	runProxy(t, exec.Command(program, arguments...), address)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	request, err := http.NewRequest(http.MethodGet, "http://"+plain+"/guide?x=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "api.example.com"
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if at := answer.Header.Get("Location"); answer.StatusCode != 301 || at != "https://api.example.com/guide?x=1" {
		t.Errorf("without TLS: %d, %s", answer.StatusCode, at)
	}
	uploadThrough(t, s, "https://"+address, client)
}

// So is the sample for Caddy.
func TestCaddySample(t *testing.T) {
	t.Parallel()
	program := findProgram(t, "caddy", "/usr/bin/caddy")
	s := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 20 })
	folder, address := t.TempDir(), testkit.FreeAddress(t)
	text := "{\n\tadmin off\n\tauto_https off\n}\n" + sampleText(t, "Caddyfile")
	config := filepath.Join(folder, "Caddyfile")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := append(os.Environ(), "HOME="+folder, "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder,
		"DOMAIN=http://"+address, "UPSTREAM="+strings.TrimPrefix(s.URL, "http://"))
	for _, verb := range []string{"validate", "run"} {
		command := exec.Command(program, verb, "--config", config, "--adapter", "caddyfile")
		command.Env = environment
		if verb == "run" {
			runProxy(t, command, address)
		} else if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("caddy validate: %v\n%s", err, out)
		}
	}
	uploadThrough(t, s, "http://"+address, &http.Client{Transport: &http.Transport{}})
}

// uploadThrough takes an order through a proxy, with an upload of 20 MB. URLs begin as the proxy's, an answer to
// what is too large is the server's own, and clients are told apart whatever they claim.
func uploadThrough(t *testing.T, s *testkit.Server, url string, client *http.Client) {
	t.Helper()
	s.App.Settings().TrustedProxy.Headers = []string{"X-Forwarded-For"} // as the samples say
	direct := s.WithT(t)
	customer, performer := direct.Client(), direct.Performer()
	order := direct.Order(customer, performer)
	proxied := s.WithT(t)
	client.Transport = testkit.CheckedTransport(t, client.Transport)
	proxied.URL, proxied.HTTPClient = url, client
	const size = 20 << 20
	done := proxied.Post(fmt.Sprintf("order/update/%d", order)).As(performer.Token).
		Stream(testkit.File{Field: "media", Name: "film.mp4", Type: "video/mp4"}, testkit.Movie(size), size, true, "status", "2").Do().Want(200).Map()
	path := done.String("data", "media", 0, "path_url")
	if !strings.HasPrefix(path, url+"/storage/media/") {
		t.Errorf("through %s the file is at %s", url, path)
	}
	answer, err := client.Get(path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.ContentLength != size {
		t.Errorf("the file: %s, %d bytes", answer.Status, answer.ContentLength)
	}
	for range 30 {
		limited := proxied.Post("user/check-free").Header("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", time.Now().UnixNano()%200)).
			JSON(map[string]any{"email": "free@example.com"}).Do()
		if limited.Status == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("who claims other addresses is not limited")
}

// runProxy runs a proxy until the test ends, and waits until it listens.
func runProxy(t *testing.T, command *exec.Cmd, address string) {
	t.Helper()
	var printed testkit.Log
	command.Stdout, command.Stderr = &printed, &printed
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // which only says that it was killed
		if t.Failed() {
			t.Logf("the proxy printed:\n%s", &printed)
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			connection.Close()
			return
		}
		if ctx.Err() != nil {
			t.Fatal("the proxy does not listen: ", &printed)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// writeCertificate writes a certificate of 127.0.0.1 and its key into a folder, as certbot names them, and returns a client that
// accepts it.
func writeCertificate(t *testing.T, folder string) *http.Client {
	t.Helper()
	server := httptest.NewTLSServer(nil) // has one
	defer server.Close()
	certificate := server.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"fullchain.pem": {Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}, "privkey.pem": {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 2 * time.Minute}
}

// findProgram returns the path of a program, and skips the test where there is none.
func findProgram(t *testing.T, candidates ...string) string {
	t.Helper()
	for _, candidate := range candidates {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	t.Skip("needs ", candidates[0])
	return ""
}

// sampleText returns a file of .github/deploy.
func sampleText(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../../.github/deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
