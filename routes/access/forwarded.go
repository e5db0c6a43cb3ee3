package access

import (
	"net/http"
	"net/netip"
	"strings"
)

// NormalizeForwarded rewrites the headers in which a trusted proxy names the client's address, so that each address
// stands alone: some proxies add its port (Azure's and AWS's "20.1.1.1:5555", "[2001:db8::1]:443"), and an address that
// can't be read would be skipped for the next one, which the client may have made up. Other values stay as they are.
func NormalizeForwarded(header http.Header, trusted []string) {
	for _, name := range trusted {
		values := header.Values(name)
		for i, value := range values {
			if !strings.ContainsAny(value, ":[") {
				continue
			}
			items := strings.Split(value, ",")
			for j, item := range items {
				items[j] = withoutPort(strings.TrimSpace(item))
			}
			values[i] = strings.Join(items, ", ")
		}
	}
}

// withoutPort returns the address in a text that may put it into brackets or add a port; a text of another form as it
// is.
func withoutPort(text string) string {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().String()
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		if address, err := netip.ParseAddr(strings.TrimSuffix(inner, "]")); err == nil {
			return address.String()
		}
	}
	return text
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
