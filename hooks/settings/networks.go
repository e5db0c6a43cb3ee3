package settings

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Networks are IP networks.
type Networks []netip.Prefix

// Contains reports whether an address is in one of the networks. An IPv4 address in IPv6's form counts as itself.
func (n Networks) Contains(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	for _, network := range n {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// DefaultProxies returns the networks whose forwarded headers count unless PRIVET_TRUSTED_PROXIES names others: loopback
// and private ones, where a proxy on the same machine, in a container or in a data centre stands. Link-local addresses
// are none of them, as any device beside the server gives itself one, nor is 100.64.0.0/10, which providers
// share among their customers.
func DefaultProxies() Networks {
	var networks Networks
	for _, text := range []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"} {
		networks = append(networks, netip.MustParsePrefix(text))
	}
	return networks
}

// parseProxies parses PRIVET_TRUSTED_PROXIES: addresses and networks with commas between them, or "none".
func parseProxies(s *Settings, value string) error {
	s.TrustedProxies = nil
	if value == "none" {
		return nil
	}
	for item := range strings.SplitSeq(value, ",") {
		network, err := parseNetwork(strings.TrimSpace(item))
		if err != nil {
			return err
		}
		s.TrustedProxies = append(s.TrustedProxies, network)
	}
	return nil
}

// parseNetwork parses an address, or a network in CIDR notation.
func parseNetwork(text string) (netip.Prefix, error) {
	if text == "" {
		return netip.Prefix{}, errors.New("has nothing between two of its commas")
	}
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	switch {
	case err != nil, network.Addr().Is4In6():
		return network, fmt.Errorf("must be addresses and networks as 10.0.0.0/8, with commas between them, or none; %q is neither", text)
	case network != network.Masked():
		return network, fmt.Errorf("must be networks by their first address: write %s for %s", network.Masked(), text)
	}
	return network, nil
}
