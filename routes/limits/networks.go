package limits

import "net/netip"

// Network is a network that an address belongs to.
type Network struct {
	Prefix netip.Prefix // the zero Prefix stands for all clients whose address is not known
	Factor int          // how many times the limit of one address all of its addresses share
}

// networkSizes are the IPv6 networks that one subscriber may hold, as providers assign them, with their factors (contract
// section 2): any client has a /64, a household often a /56, and anybody gets a /48 for the asking.
var networkSizes = [...]struct{ bits, factor int }{{64, 1}, {56, 4}, {48, 16}}

// Networks returns the networks by which a client is limited, given its IP address: an IPv4 address alone; of an IPv6
// address its /64, which counts as one address, its /56 and its /48. The narrowest comes first. Everything that is
// limited by address goes by them: what one client may do must hold for each of its networks.
func Networks(ip string) []Network {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return []Network{{Factor: 1}}
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return []Network{{netip.PrefixFrom(addr, addr.BitLen()), 1}}
	}
	networks := make([]Network, len(networkSizes))
	for i, size := range networkSizes {
		networks[i] = Network{netip.PrefixFrom(addr, size.bits).Masked(), size.factor}
	}
	return networks
}

// Sender returns the key by which a client at some networks shares what is bounded for each client, such as the slots of
// expensive operations (hooks/admission): the widest network, as one sender may have all of the narrower ones in it.
func Sender(networks []Network) string { return networks[len(networks)-1].Prefix.String() }
