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
	maxPictureSize      = 10 << 20         // bytes of a picture
	pictureTimeout      = 10 * time.Second // for one picture
	maxPictureRedirects = 3
)

// pictureHosts are the domains, with their subdomains, of the providers' profile pictures.
var pictureHosts = map[string][]string{
	ProviderGoogle: {"googleusercontent.com"},
	ProviderVK:     {"userapi.com", "vk.com", "vk.ru", "vkuserphoto.ru"},
}

// tenantHosts are subdomains of pictureHosts that are not the provider's: the names of Google Cloud's machines.
const tenantHosts = ".bc.googleusercontent.com"

// ErrPictureHost means that a picture, or a redirect on the way to it, is not on the provider's own hosts.
var ErrPictureHost = errors.New("the picture is not on the provider's own hosts")

// ErrPictureSize means that a picture is over 10 MB.
var ErrPictureSize = errors.New("the picture is over 10 MB")

// Pictures fetches profile pictures. It is safe for concurrent use.
type Pictures struct {
	transport http.RoundTripper
	origins   map[string][]string // allowed besides pictureHosts, by provider: "http://127.0.0.1:8080"
	timeout   time.Duration       // for one picture
}

// NewPictures returns the fetcher. A provider whose URL the settings replace may have its pictures there too: a fake of
// it in tests has none of the provider's hosts.
func NewPictures(google settings.Google, vk settings.VK) *Pictures {
	return &Pictures{
		transport: newTransport(),
		origins: map[string][]string{
			ProviderGoogle: origins(google.JWKSURL, google.TokenInfoURL, google.UserInfoURL),
			ProviderVK:     origins(slices.Concat(vk.APIURLs, []string{vk.IDURL})...),
		},
		timeout: pictureTimeout,
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

// Fetch requests a person's picture from the provider's own hosts, over https. The caller closes the reader, which
// fails with ErrPictureSize after 10 MB, and with another error 10 seconds after the call of Fetch or when ctx ends.
// The content is whatever the host sent, and not checked.
func (p *Pictures) Fetch(ctx context.Context, identity *Identity) (io.ReadCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	body, err := p.open(ctx, identity)
	if err != nil {
		cancel()
		return nil, err
	}
	return &limitedBody{ctx, cancel, body, maxPictureSize}, nil
}

func (p *Pictures) open(ctx context.Context, identity *Identity) (io.ReadCloser, error) {
	address, err := url.Parse(identity.PictureURL)
	if err != nil || !p.allowed(identity.Provider, address) {
		return nil, ErrPictureHost
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, ErrPictureHost
	}
	client := http.Client{
		Transport: p.transport,
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if len(via) > maxPictureRedirects || !p.allowed(identity.Provider, next.URL) {
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
		return nil, redacted(err)
	case answer.StatusCode != http.StatusOK:
		err = unexpectedStatus(answer.StatusCode)
	case answer.ContentLength > maxPictureSize:
		err = ErrPictureSize
	}
	if err != nil {
		answer.Body.Close()
		return nil, err
	}
	return answer.Body, nil
}

// allowed reports whether a URL is one of a provider's own pictures, so that no URL can make this server send requests
// into its own network or to somebody else (server-side request forgery).
func (p *Pictures) allowed(provider string, address *url.URL) bool {
	if slices.Contains(p.origins[provider], address.Scheme+"://"+address.Host) {
		return true
	}
	if port := address.Port(); address.Scheme != "https" || port != "" && port != "443" {
		return false
	}
	host := strings.ToLower(address.Hostname())
	return !strings.HasSuffix(host, tenantHosts) && slices.ContainsFunc(pictureHosts[provider], func(domain string) bool {
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}

// limitedBody is the body of an answer, limited in size and time.
type limitedBody struct {
	ctx    context.Context
	cancel context.CancelFunc
	body   io.ReadCloser
	left   int64 // bytes up to the limit
}

// Read implements io.Reader.
func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrPictureSize
	}
	switch {
	case err == nil:
		return n, nil
	case b.ctx.Err() != nil: // even with io.EOF: some hosts end the body properly when the client hangs up
		return n, redacted(b.ctx.Err())
	case errors.Is(err, io.EOF):
		return n, io.EOF
	}
	return n, redacted(err)
}

// Close implements io.Closer.
func (b *limitedBody) Close() error {
	defer b.cancel()
	return b.body.Close()
}
