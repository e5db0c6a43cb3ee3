package graceful

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxUnsent is how many bytes of answers the system keeps for a connection beyond those that are on their way. Of its
// own it would keep up to 4 MB, for clients that don't read as well. It is enough for as long as it takes to send more.
const maxUnsent = 128 << 10

// limitUnsent bounds the memory of what is written to a connection and not sent yet.
func limitUnsent(conn net.Conn) {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return // the connection is closed
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, maxUnsent) // fails before Linux 3.12
	})
}
