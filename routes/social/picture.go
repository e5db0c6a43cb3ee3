package social

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/privet/privet/hooks/settings"
)

const (
	pictureLimit     = 10 << 20         // bytes of a picture
	pictureTime      = 10 * time.Second // for one picture, its body included
	pictureRedirects = 3
)

// pictureHosts are the hosts, with those below them, where the providers keep profile pictures.
var pictureHosts = map[string][]string{
	ProviderGoogle: {"googleusercontent.com"},
	ProviderVK:     {"userapi.com", "vk.com", "vk.ru", "vkuserphoto.ru"},
}

// tenants are hosts below pictureHosts that are lent to anybody: the names of Google's rented machines.
const tenants = ".bc.googleusercontent.com"

// ErrPictureHost says that a picture, or a redirect on the way to it, is not on the provider's own hosts.
var ErrPictureHost = errors.New("the picture is not on the provider's own hosts")

// ErrPictureSize says that a picture is over 10 MB.
var ErrPictureSize = errors.New("the picture is over 10 MB")

// Pictures fetches profile pictures. It is safe for concurrent use.
type Pictures struct {
	transport http.RoundTripper
	origins   map[string][]string // besides pictureHosts, by provider: "http://127.0.0.1:8080"
	limit     time.Duration       // for one picture
}

// NewPictures makes the fetcher. A provider whose address the settings replace may have its pictures there too:
// what stands in for it in tests has no host of the provider's.
func NewPictures(google settings.Google, vk settings.VK) *Pictures {
	return &Pictures{
		transport: newTransport(),
		origins: map[string][]string{
			ProviderGoogle: origins(google.JWKSURL, google.TokenInfoURL, google.UserInfoURL),
			ProviderVK:     origins(vk.APIURL),
		},
		limit: pictureTime,
	}
}

func origins(addresses ...string) []string {
	var list []string
	for _, address := range addresses {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			list = append(list, u.Scheme+"://"+u.Host)
		}
	}
	return list
}

// Fetch begins to read a person's picture from the provider's own hosts, over https. The reader, which the caller
// closes, ends with ErrPictureSize after 10 MB, and with an error 10 seconds after Fetch was called or when ctx
// ends. What it reads is whatever the host sent: the caller looks at the content.
func (p *Pictures) Fetch(ctx context.Context, who *Identity) (io.ReadCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	body, err := p.open(ctx, who)
	if err != nil {
		cancel()
		return nil, err
	}
	return &picture{ctx, cancel, body, pictureLimit}, nil
}

func (p *Pictures) open(ctx context.Context, who *Identity) (io.ReadCloser, error) {
	address, err := url.Parse(who.PictureURL)
	if err != nil || !p.allowed(who.Provider, address) {
		return nil, ErrPictureHost
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, ErrPictureHost
	}
	client := http.Client{
		Transport: p.transport,
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if len(via) > pictureRedirects || !p.allowed(who.Provider, next.URL) {
				return ErrPictureHost
			}
			return nil
		},
	}
	answer, err := client.Do(request)
	switch {
	case errors.Is(err, ErrPictureHost):
		return nil, ErrPictureHost
	case err != nil:
		return nil, safe(err)
	case answer.StatusCode != http.StatusOK:
		err = unexpected(answer.StatusCode)
	case answer.ContentLength > pictureLimit:
		err = ErrPictureSize
	}
	if err != nil {
		answer.Body.Close()
		return nil, err
	}
	return answer.Body, nil
}

// allowed tells whether a provider keeps pictures at an address, so that no address can send the server to its own
// neighbours or to whoever wants to be visited.
func (p *Pictures) allowed(provider string, address *url.URL) bool {
	if slices.Contains(p.origins[provider], address.Scheme+"://"+address.Host) {
		return true
	}
	if port := address.Port(); address.Scheme != "https" || port != "" && port != "443" {
		return false
	}
	host := strings.ToLower(address.Hostname())
	return !strings.HasSuffix(host, tenants) && slices.ContainsFunc(pictureHosts[provider], func(own string) bool {
		return host == own || strings.HasSuffix(host, "."+own)
	})
}

// picture is the body of an answer, bounded.
type picture struct {
	ctx    context.Context
	cancel context.CancelFunc
	body   io.ReadCloser
	left   int64 // bytes that may still come
}

// Read implements io.Reader.
func (p *picture) Read(into []byte) (int, error) {
	n, err := p.body.Read(into)
	if p.left -= int64(n); p.left < 0 {
		return 0, ErrPictureSize
	}
	switch {
	case err == nil:
		return n, nil
	case p.ctx.Err() != nil: // some hosts end the body in good order when we hang up: that is no whole picture
		return n, safe(p.ctx.Err())
	case errors.Is(err, io.EOF):
		return n, io.EOF
	}
	return n, safe(err)
}

// Close implements io.Closer.
func (p *picture) Close() error {
	defer p.cancel()
	return p.body.Close()
}
