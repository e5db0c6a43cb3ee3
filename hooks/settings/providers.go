package settings

import (
	"cmp"
	"net/http"
)

// KeysURL returns the address of Google's public keys: the configured one, or Google's own.
func (g Google) KeysURL() string {
	return cmp.Or(g.JWKSURL, "https://www.googleapis.com/oauth2/v3/certs")
}

// KeysURL returns the address of Apple's public keys: the configured one, or Apple's own.
func (a Apple) KeysURL() string { return cmp.Or(a.JWKSURL, "https://appleid.apple.com/auth/keys") }

// Hosts returns the addresses of VK's API, of which one is enough: the configured ones, or VK's own. VK moves from its
// second to its first.
func (v VK) Hosts() []string {
	if len(v.APIURLs) > 0 {
		return v.APIURLs
	}
	return []string{"https://api.vk.ru", "https://api.vk.com"}
}

// IDHost returns the address of VK ID: the configured one, or VK's own.
func (v VK) IDHost() string { return cmp.Or(v.IDURL, "https://id.vk.ru") }

// HasMoved reports whether the HTTP status of a provider's answer says that the address is no longer in use.
func HasMoved(status int) bool {
	return status >= 300 && status < 400 || status == http.StatusGone
}
