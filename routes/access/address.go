package access

import "net/netip"

// ClientNetwork returns the network by which the clients at an IP address are limited: an IPv4 address alone, or the
// /64 of an IPv6 address, all of which one subscriber has. What is no address is returned unchanged.
func ClientNetwork(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, _ := addr.Prefix(64) // an error is impossible, as every IPv6 address has 128 bits
	return prefix.String()
}
