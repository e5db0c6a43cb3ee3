package child

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsyscall "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"github.com/privet/privet/hooks/media/render/process"
	"golang.org/x/sys/unix"
)

// confine takes rights from this process for good, and from what it becomes by exec: it gains no privileges by programs
// that have the setuid bit, and Landlock leaves it only the files that its job needs, which a codec that broke out of WebAssembly
// could then read as well. From ABI 4 on (Linux 6.7) Landlock also denies TCP, from ABI 6 on (6.12) signals to other
// processes and abstract Unix sockets; later ones deny UDP and the other Unix sockets. What the kernel doesn't know is not
// denied. Open files, the input among them, stay as they are.
func confine(job process.Job, arguments []string) error {
	if err := llsyscall.AllThreadsPrctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	// ReleaseProgram reads this file.
	rules := []landlock.Rule{landlock.PathAccess(llsyscall.AccessFSReadFile, "/proc/self/maps").IgnoreIfMissing()}
	switch {
	case job == process.JobNative && len(arguments) == 5:
		rules = append(rules, nativeRules(arguments[0], arguments[4])...)
	case job == process.JobStill: // nothing more
	case job == process.JobWarm:
		rules = append(rules, landlock.RWDirs(arguments[0]).WithRefer())
	default:
		const read = llsyscall.AccessFSReadFile | llsyscall.AccessFSReadDir
		rules = append(rules, landlock.PathAccess(read, arguments[0]).IgnoreIfMissing())
	}
	if err := landlock.V11.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("confine the child by Landlock: %w", err)
	}
	return nil
}

// libraryFolders are where systems keep the libraries that programs load.
var libraryFolders = []string{
	"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/nix/store", "/gnu/store",
}

// programFolders hold the interpreters of scripts and the programs that these start.
var programFolders = []string{"/bin", "/usr/bin", "/usr/local/bin"}

// nativeRules let the machine's own ffmpeg be loaded and read the input. A script in its place, as some systems
// wrap their programs in, may start other programs of the system.
func nativeRules(program, input string) []landlock.Rule {
	folders := libraryFolders
	if isScript(program) {
		folders = append(programFolders, folders...)
	}
	if real, err := filepath.EvalSymlinks(program); err == nil && filepath.Base(filepath.Dir(real)) == "bin" {
		folders = append([]string{filepath.Join(filepath.Dir(real), "..", "lib")}, folders...) // such as /opt/ffmpeg/lib
	}
	return []landlock.Rule{
		landlock.RODirs(folders...).IgnoreIfMissing(),
		landlock.ROFiles(program, "/etc/ld.so.cache", "/etc/ld.so.preload").IgnoreIfMissing(),
		landlock.RWFiles("/dev/null").IgnoreIfMissing(),
		landlock.PathAccess(llsyscall.AccessFSReadFile, input).IgnoreIfMissing(),
	}
}

// isScript reports whether the kernel would start a file by an interpreter.
func isScript(program string) bool {
	file, err := os.Open(program)
	if err != nil {
		return false
	}
	defer file.Close()
	start := make([]byte, 2)
	_, _ = file.Read(start)
	return bytes.Equal(start, []byte("#!"))
}
