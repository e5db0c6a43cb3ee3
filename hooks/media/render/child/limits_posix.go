//go:build linux || darwin

package child

import (
	"os"
	"syscall"

	"github.com/privet/privet/hooks/media/render/process"
)

// niceness lets the server's requests go first.
const niceness = 10

// limitResources takes from this process what it doesn't need.
func limitResources(what process.Job) error {
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness) // better with, not worse without
	limits := map[int]uint64{syscall.RLIMIT_CORE: 0, syscall.RLIMIT_CPU: 60}
	if what == process.JobWarm {
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
func dataLimit(what process.Job) uint64 {
	if what == process.JobNative {
		return 320 << 20
	}
	return 448 << 20
}

// execFFmpeg makes this process another program.
func execFFmpeg(program string, arguments []string) error {
	return os.NewSyscallError("exec", syscall.Exec(program, append([]string{"ffmpeg"}, arguments...), []string{}))
}
