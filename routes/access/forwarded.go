package access

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/privet/privet/hooks/settings"
)

// forwarded are the headers in which proxies and content networks say where a request came from, besides all that begin
// with forwardedPrefix, in the form of http.CanonicalHeaderKey.
var forwarded = []string{
	"Forwarded", "Forwarded-For", "X-Forwarded", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Original-Forwarded-For", "X-Original-Host",
	"X-Host", "X-Scheme", "X-Url-Scheme", "Front-End-Https", "True-Client-Ip", "Cf-Connecting-Ip", "Cf-Connecting-Ipv6", "Cf-Pseudo-Ipv4", "Cf-Visitor",
	"Fly-Client-Ip", "Fly-Forwarded-Proto", "Fastly-Client-Ip", "X-Envoy-External-Address", "X-Azure-Clientip", "X-Azure-Socketip", "X-Appengine-User-Ip",
}

const forwardedPrefix = "X-Forwarded-"

// ResolveForwarded reads what proxies say of where a request came from, before anybody else does. Of a peer that is none
// of the trusted networks it removes all such headers: they are the client's own words. Of a trusted one it
// rewrites each header that names the client's address (names, as PocketBase's settings list them) to that address alone, and
// removes it where there is none that can be relied on; then the peer's own counts.
//
// The address is the right-most one outside of the trusted networks, as each proxy adds the one that it sees on the
// right; if all are trusted, the left-most. One that can't be read ends the search, as what stands left of it may be the
// client's words. With leftmost it is the left-most that can be read, as that setting of PocketBase says: whoever turns it
// on vouches that the proxies replace what a client sends.
func ResolveForwarded(r *http.Request, trusted settings.Networks, names []string, leftmost bool) {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !trusted.Contains(peer.Addr()) {
		removeForwarded(r.Header, names)
		return
	}
	for _, name := range names {
		values := r.Header.Values(name)
		if len(values) == 0 {
			continue
		}
		find := rightmost
		if leftmost {
			find = leftmostReadable
		}
		if address := find(values, trusted); address.IsValid() {
			r.Header.Set(name, address.String())
		} else {
			r.Header.Del(name)
		}
	}
}

// removeForwarded removes the headers in which proxies say where a request came from, and those of the given names.
func removeForwarded(header http.Header, names []string) {
	for name := range header {
		if strings.HasPrefix(name, forwardedPrefix) {
			delete(header, name)
		}
	}
	for _, name := range forwarded {
		delete(header, name)
	}
	for _, name := range names {
		header.Del(name)
	}
}

// rightmost returns the right-most address outside of the trusted networks in the lines of a header, which are one list;
// the left-most of those that can be read up to there if all are trusted; the zero Addr for none.
func rightmost(lines []string, trusted settings.Networks) (address netip.Addr) {
	items := strings.Split(strings.Join(lines, ","), ",")
	for i := len(items) - 1; i >= 0; i-- {
		item := strings.TrimSpace(items[i])
		if item == "" {
			continue
		}
		one := parseAddress(item)
		if !one.IsValid() {
			break
		}
		if address = one; !trusted.Contains(one) {
			break
		}
	}
	return address
}

// leftmostReadable returns the left-most address that can be read in the last line of a header, which is the one that
// PocketBase reads; the zero Addr for none.
func leftmostReadable(lines []string, _ settings.Networks) netip.Addr {
	for item := range strings.SplitSeq(lines[len(lines)-1], ",") {
		if address := parseAddress(strings.TrimSpace(item)); address.IsValid() {
			return address
		}
	}
	return netip.Addr{}
}

// parseAddress returns the address in a text that may put it into brackets or add a port, as Azure's and AWS's proxies do
// ("20.1.1.1:5555", "[2001:db8::1]:443"); the zero Addr for another text.
func parseAddress(text string) netip.Addr {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr()
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inner, "]")
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return address
}

// IsForwardedHTTPS reports whether the first proxy, which the client speaks to, says in X-Forwarded-Proto that the
// client came by TLS: in one of the four words that Symfony knows.
func IsForwardedHTTPS(header http.Header) bool {
	first, _, _ := strings.Cut(header.Get("X-Forwarded-Proto"), ",")
	switch strings.ToLower(strings.TrimSpace(first)) {
	case "https", "on", "ssl", "1":
		return true
	}
	return false
}
