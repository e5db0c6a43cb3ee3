package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// expiredToken has the form of an access token and belongs to no device.
const expiredToken = "1|spByWaJSn4f3zS79ujVX5jYvsnj2CaPjziQmI9CKbc720ef9"

// nginxConfig has a server that reads a whole request before it passes it on, and one that passes it on as it comes.
const nginxConfig = `
daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log warn;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	client_max_body_size 640m;
	upstream privet { server %[2]s; keepalive 4; }
	server { listen %[3]s; location / { proxy_pass http://privet; proxy_request_buffering on; } }
	server { listen %[4]s; location / {
		proxy_pass http://privet; proxy_request_buffering off; proxy_http_version 1.1; proxy_set_header Connection "";
	} }
}
`

// startNginx starts an nginx in front of a server until the test ends, and returns the URLs of its two servers. It
// skips the test where there is no nginx.
func startNginx(t *testing.T, upstream string) (buffered, unbuffered string) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Skip("nginx is not installed, which stands between client and server in this test")
		}
	}
	folder := t.TempDir()
	config := filepath.Join(folder, "nginx.conf")
	first, second := testkit.FreeAddress(t), testkit.FreeAddress(t)
	text := fmt.Sprintf(nginxConfig, folder, strings.TrimPrefix(upstream, "http://"), first, second)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var printed testkit.Log
	command := exec.Command(program, "-c", config, "-p", folder, "-e", filepath.Join(folder, "error.log"))
	command.Stdout, command.Stderr = &printed, &printed
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // which only says that it was killed
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(folder, "error.log"))
			t.Logf("nginx printed:\n%s%s", &printed, log[:min(len(log), 4000)])
		}
	})
	for range 500 {
		if answer, err := http.Get("http://" + second + "/api/health"); err == nil {
			answer.Body.Close()
			return "http://" + first, "http://" + second
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nginx does not answer: ", &printed)
	return "", ""
}

// Answers that don't need the body arrive through nginx, too, whether it buffers requests or not (contract, section 1);
// not its own 502 for a connection that was reset while it was writing.
func TestAnswersArriveThroughNginx(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client := s.Client()
	limited := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 1 })
	limited.Post("auth/login").JSON(`{}`).Do().Want(http.StatusTooManyRequests)
	buffered, unbuffered := startNginx(t, s.URL)
	limitedBuffered, limitedUnbuffered := startNginx(t, limited.URL)

	sizes, times := []int64{700_000, 5_000_000, 64 << 20}, 20
	if testing.Short() {
		sizes, times = sizes[:2], 2
	}
	arrived, sent := 0, 0
	send := func(url, method, path, token, contentType string, size int64, status int) {
		request, err := http.NewRequest(method, url+path, io.LimitReader(testkit.Movie(size), size))
		if err != nil {
			t.Fatal(err)
		}
		request.ContentLength = size
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", contentType)
		sent++
		response, body, err := testkit.WriteWhole(request)
		switch {
		case err != nil:
			t.Errorf("%s %s, %d bytes: %v", method, path, size, err)
		case response.StatusCode != status:
			t.Errorf("%s %s, %d bytes: status %d, want %d: %.200s", method, path, size, response.StatusCode, status, body)
		default:
			arrived++
		}
	}
	const form, json = "multipart/form-data; boundary=b", "application/json"
	for _, url := range []string{buffered, unbuffered} {
		for range times {
			send(url, "POST", "/api/v1/order/update/1", expiredToken, form, 5_000_000, 401)
		}
		for _, size := range sizes {
			send(url, "POST", "/api/v1/order/update/1", expiredToken, form, size, 401)
			send(url, "POST", "/api/v1/order/update/1", client.Token, form, size, 404)
			send(url, "POST", "/api/v1/nope", client.Token, form, size, 404)
			send(url, "PUT", "/api/v1/user/update", client.Token, form, size, 405)
			send(url, "POST", "/api/v1/user/update", client.Token, "multipart/form-data", size, 400)
			send(url, "POST", "/api/nope", client.Token, json, size, 404)
			if size > 1<<20 {
				send(url, "POST", "/api/v1/order/create", client.Token, json, size, 413)
			}
		}
	}
	for _, url := range []string{limitedBuffered, limitedUnbuffered} {
		for _, size := range sizes {
			send(url, "POST", "/api/v1/auth/login", "", json, size, 429)
		}
	}
	t.Logf("%d of %d answers arrived", arrived, sent)
	s.WantCleanLog()
}
