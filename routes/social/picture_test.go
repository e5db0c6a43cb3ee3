package social

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

// web answers for every host of the world, over TLS, as the handler says.
func web(t *testing.T, handler http.HandlerFunc) *Pictures {
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	transport := newTransport()
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	p := NewPictures(settings.Google{}, settings.VK{})
	p.transport = transport
	t.Cleanup(transport.CloseIdleConnections)
	return p
}

func fetch(p *Pictures, provider, address string) ([]byte, error) {
	body, err := p.Fetch(context.Background(), &Identity{Provider: provider, PictureURL: address})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

func TestPictureHosts(t *testing.T) {
	p := web(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "picture of "+r.Host) })
	for _, c := range []struct {
		provider, address string
		want              bool
	}{
		{"google", "https://lh3.googleusercontent.com/a/x=s96-c", true},
		{"google", "https://LH3.GoogleUserContent.com/a", true},
		{"google", "https://lh3.googleusercontent.com:443/a", true},
		{"google", "https://lh3.googleusercontent.com:8443/a", false},
		{"google", "http://lh3.googleusercontent.com/a", false},
		{"google", "https://4.3.2.1.bc.googleusercontent.com/a", false},
		{"google", "https://evilgoogleusercontent.com/a", false},
		{"google", "https://googleusercontent.com.evil.example/a", false},
		{"google", "https://googleusercontent.com@evil.example/a", false},
		{"google", "https://sun9-1.userapi.com/a", false},
		{"google", "https://127.0.0.1/a", false},
		{"google", "https://169.254.169.254/latest/meta-data", false},
		{"google", "https://[::1]/a", false},
		{"google", "//lh3.googleusercontent.com/a", false},
		{"google", "file:///etc/passwd", false},
		{"google", "https:lh3.googleusercontent.com", false},
		{"google", "https://%zz", false},
		{"google", "", false},
		{"vk", "https://sun9-1.userapi.com/a", true},
		{"vk", "https://vk.com/images/camera_200.png", true},
		{"vk", "https://i.vkuserphoto.ru/a", true},
		{"vk", "https://lh3.googleusercontent.com/a", false},
		{"", "https://vk.com/a", false},
	} {
		body, err := fetch(p, c.provider, c.address)
		switch {
		case c.want && (err != nil || !strings.HasPrefix(string(body), "picture of ")):
			t.Errorf("%s %s: %q, %v", c.provider, c.address, body, err)
		case !c.want && !errors.Is(err, ErrPictureHost):
			t.Errorf("%s %s: %q, %v", c.provider, c.address, body, err)
		}
	}
}

// Redirects are followed within the provider's own hosts, and a few only.
func TestPictureRedirects(t *testing.T) {
	asked := map[string]int{}
	p := web(t, func(w http.ResponseWriter, r *http.Request) {
		asked[r.Host]++
		switch to := r.URL.Query().Get("to"); {
		case r.URL.Path == "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case to != "":
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		default:
			io.WriteString(w, "picture")
		}
	})
	for to, want := range map[string]bool{
		"https://pp.userapi.com/b": true,
		"/b":                       true,
		"https://evil.example/b":   false,
		"http://pp.userapi.com/b":  false,
		"https://127.0.0.1/b":      false,
		"gopher://pp.userapi.com/": false,
		"https://%zz":              false,
	} {
		_, err := fetch(p, ProviderVK, "https://vk.com/away?to="+url.QueryEscape(to))
		if (err == nil) != want {
			t.Errorf("%s: %v", to, err)
		}
	}
	if asked["evil.example"]+asked["127.0.0.1"] != 0 {
		t.Errorf("strayed: %v", asked)
	}
	clear(asked)
	if _, err := fetch(p, ProviderVK, "https://vk.com/round"); !errors.Is(err, ErrPictureHost) || asked["vk.com"] > 4 {
		t.Errorf("round and round: %v, %v", err, asked)
	}
}

func TestPictureLimits(t *testing.T) {
	content := bytes.Repeat([]byte("p"), maxPictureSize+1)
	ended := make(chan struct{})
	p := web(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/full":
			w.Write(content[1:])
		case "/over":
			w.Header().Set("Content-Length", "10485761")
			w.Write(content)
		case "/over-in-pieces":
			w.(http.Flusher).Flush()
			w.Write(content)
		case "/stalls":
			io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
			case <-ended:
			}
		default:
			http.NotFound(w, r)
		}
	})
	t.Cleanup(func() { close(ended) })
	const host = "https://lh3.googleusercontent.com"
	if body, err := fetch(p, ProviderGoogle, host+"/full"); err != nil || len(body) != maxPictureSize {
		t.Errorf("full: %d bytes, %v", len(body), err)
	}
	for _, path := range []string{"/over", "/over-in-pieces"} {
		if _, err := fetch(p, ProviderGoogle, host+path); !errors.Is(err, ErrPictureSize) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := fetch(p, ProviderGoogle, host+"/gone"); err == nil {
		t.Error("a page of 404 was taken for a picture")
	}
	p.timeout = 100 * time.Millisecond
	began := time.Now()
	if _, err := fetch(p, ProviderGoogle, host+"/stalls"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stalls: %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

// What stands in for a provider may keep its pictures too, and nobody else.
func TestPictureOfStandIn(t *testing.T) {
	fake := fakes.NewGoogle(t)
	fake.PictureBytes = []byte("picture")
	p := NewPictures(fake.Settings(), settings.VK{})
	if body, err := fetch(p, ProviderGoogle, fake.URL+fakes.Picture); err != nil || string(body) != "picture" {
		t.Errorf("%q, %v", body, err)
	}
	if _, err := fetch(p, ProviderVK, fake.URL+fakes.Picture); !errors.Is(err, ErrPictureHost) {
		t.Error(err)
	}
	fake.Set(fakes.Redirects, fakes.Picture)
	if _, err := fetch(p, ProviderGoogle, fake.URL+fakes.Picture); !errors.Is(err, ErrPictureHost) || fake.Redirected() != 0 {
		t.Error(err)
	}
	strict := NewPictures(settings.Google{}, settings.VK{})
	if _, err := fetch(strict, ProviderGoogle, fake.URL+fakes.Picture); !errors.Is(err, ErrPictureHost) {
		t.Error(err)
	}
}
