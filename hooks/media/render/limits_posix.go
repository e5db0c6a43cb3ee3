//go:build linux || darwin

package render

import (
	"os"
	"syscall"
)

// neutral is the child's working directory.
const neutral = "/"

// niceness lets the server's requests go first.
const niceness = 10

// restrict takes from this process what it doesn't need.
func restrict(what job) error {
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness) // better with, not worse without
	limits := map[int]uint64{syscall.RLIMIT_CORE: 0, syscall.RLIMIT_CPU: 60}
	if what == jobWarm {
		limits = map[int]uint64{syscall.RLIMIT_CORE: 0, syscall.RLIMIT_CPU: 600}
	} else {
		limits[syscall.RLIMIT_FSIZE] = 0
		limits[syscall.RLIMIT_DATA] = dataLimit(what)
	}
	for resource, limit := range limits {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return os.NewSyscallError("setrlimit", err)
		}
	}
	return nil
}

// dataLimit bounds all private memory, as a net under the guest's own bound: that of 256 MiB, the engine's code and Go's
// heap fit. A native ffmpeg has no other bound.
func dataLimit(what job) uint64 {
	if what == jobNative {
		return 320 << 20
	}
	return 448 << 20
}

// replace makes this process another program.
func replace(program string, arguments []string) error {
	return os.NewSyscallError("exec", syscall.Exec(program, append([]string{"ffmpeg"}, arguments...), []string{}))
}
