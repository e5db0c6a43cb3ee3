package access

import "net/netip"

// Neighbourhood is what a throttle counts an address as: an IPv4 address by itself, an IPv6 address by its /64,
// as one subscriber has all of those. What is no address counts as it is.
func Neighbourhood(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, _ := addr.Prefix(64) // 64 fits every IPv6 address
	return prefix.String()
}
