package access

import (
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
)

// The client's address is what trusted proxies say of it, and no more than that.
func TestResolveForwarded(t *testing.T) {
	const proxy, stranger = "10.0.0.1:4000", "203.0.113.9:4000"
	for _, c := range []struct {
		name, peer, value string // several lines are separated by line breaks
		leftmost          bool
		want              string
	}{
		{name: "one", peer: proxy, value: "192.0.2.1", want: "192.0.2.1"},
		{name: "an IPv6 proxy", peer: "[::1]:4000", value: "192.0.2.1", want: "192.0.2.1"},
		{name: "a proxy in IPv4's place in IPv6", peer: "[::ffff:10.0.0.1]:4000", value: "192.0.2.1", want: "192.0.2.1"},
		{name: "forged at the left", peer: proxy, value: "6.6.6.6, 192.0.2.1", want: "192.0.2.1"},
		{name: "two proxies", peer: proxy, value: "6.6.6.6, 192.0.2.1, 10.0.0.7, 172.16.0.9", want: "192.0.2.1"},
		{name: "two lines", peer: proxy, value: "6.6.6.6, 192.0.2.1\n10.0.0.7", want: "192.0.2.1"},
		{name: "a client of the private network", peer: proxy, value: "192.168.0.5, 10.0.0.7", want: "192.168.0.5"},
		{name: "ports", peer: proxy, value: "6.6.6.6:1, [2001:db8::1]:443", want: "2001:db8::1"},
		{name: "brackets", peer: proxy, value: "[2001:db8::1]", want: "2001:db8::1"},
		{name: "blanks", peer: proxy, value: " 192.0.2.1 , ", want: "192.0.2.1"},
		{name: "what can't be read ends the search", peer: proxy, value: "6.6.6.6, unknown, 10.0.0.7", want: "10.0.0.7"},
		{name: "what can't be read alone", peer: proxy, value: "6.6.6.6, unknown"},
		{name: "nothing", peer: proxy, value: ""},
		{name: "left-most", peer: proxy, value: "x, 192.0.2.1:5, 192.0.2.2", leftmost: true, want: "192.0.2.1"},
		{name: "left-most of the last line", peer: proxy, value: "6.6.6.6\n192.0.2.1, 192.0.2.2", leftmost: true, want: "192.0.2.1"},
		{name: "a stranger", peer: stranger, value: "192.0.2.1"},
		{name: "a stranger, left-most", peer: stranger, value: "192.0.2.1", leftmost: true},
		{name: "a stranger who claims to be a proxy", peer: stranger, value: "10.0.0.1"},
		{name: "a peer without an address", peer: "@", value: "192.0.2.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": strings.Split(c.value, "\n")}}
			ResolveForwarded(r, settings.DefaultProxies(), []string{"x-forwarded-for"}, c.leftmost)
			if got := strings.Join(r.Header.Values("X-Forwarded-For"), "|"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// Of a stranger no header is left that says where a request came from; what trusted proxies add and nobody reads stays.
func TestForwardedOfStrangers(t *testing.T) {
	sent := http.Header{"User-Agent": {"app"}, "Accept": {"*/*"}, "X-Own-Proxy": {"1"}, "X-Forwarded-Anything": {"1"}}
	for _, name := range forwarded {
		if http.CanonicalHeaderKey(name) != name {
			t.Errorf("%s is no canonical name", name)
		}
		sent.Set(name, "192.0.2.1")
	}
	for peer, left := range map[string]int{"203.0.113.9:1": 2, "127.0.0.1:1": len(sent) - 1} {
		r := &http.Request{RemoteAddr: peer, Header: sent.Clone()}
		ResolveForwarded(r, settings.DefaultProxies(), []string{"X-Own-Proxy"}, false)
		if len(r.Header) != left {
			t.Errorf("of %s %d headers are left: %v", peer, len(r.Header), r.Header)
		}
	}
}
