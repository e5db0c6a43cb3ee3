//go:build !linux

package graceful

import "net"

// limitUnsent leaves the memory of what is written to a connection and not sent yet to the system.
func limitUnsent(net.Conn) {}
