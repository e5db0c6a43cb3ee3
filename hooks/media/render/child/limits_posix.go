//go:build linux || darwin

package child

import (
	"fmt"
	"os"
	"syscall"

	"github.com/privet/privet/hooks/media/render/process"
)

// niceness gives the server's requests priority.
const niceness = 10

// limitResources limits what this process may use: processor time, memory, and no files written but by compiling.
// memory is what the codec may use in MiB where it needs more than usual.
func limitResources(job process.Job, memory int) error {
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness) // an optimisation, which may fail
	// When memory runs out, Linux ends the process with the highest score: this one, not the server.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	limits := map[int]uint64{syscall.RLIMIT_CORE: 0, syscall.RLIMIT_CPU: 60}
	if job == process.JobWarm {
		limits = map[int]uint64{syscall.RLIMIT_CORE: 0, syscall.RLIMIT_CPU: 600}
	} else {
		limits[syscall.RLIMIT_FSIZE] = 0
		limits[syscall.RLIMIT_DATA] = dataLimit(job, memory)
	}
	for resource, limit := range limits {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return os.NewSyscallError("setrlimit", err)
		}
	}
	return nil
}

// dataLimit returns the limit of all private memory in bytes: a safety net below the guest's own limit, with room for the
// compiled code, Go's heap, and a picture outside of the guest. For a native ffmpeg it is the only limit.
func dataLimit(job process.Job, memory int) uint64 {
	if job == process.JobNative {
		return uint64(max(320, memory)) << 20
	}
	return uint64(320+max(256, memory)) << 20
}

// execFFmpeg replaces this process with ffmpeg; it returns only if that fails.
func execFFmpeg(program string, arguments []string) error {
	err := syscall.Exec(program, append([]string{"ffmpeg"}, arguments...), []string{})
	return fmt.Errorf("%w: start %s: %w", process.ErrNotStarted, program, err)
}
