package render

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// availableMemory returns the memory of the machine in bytes, or the lowest limit of this process's control groups.
func availableMemory() uint64 {
	least := installedMemory()
	groups, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		if parts[1] == "memory" { // version 1
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if parts[1] != "" {
			continue
		}
		// In a container the path may be the host's: then only the root exists here, and it is the container's own.
		for group := parts[2]; ; group = path.Dir(group) {
			least = min(least, readLimit(path.Join(root, group, file)))
			if group == "/" || group == "." {
				break
			}
		}
	}
	return least
}

// installedMemory returns the memory of the machine in bytes; 0 if it is unknown.
func installedMemory() uint64 {
	content, _ := os.ReadFile("/proc/meminfo")
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		var kilobytes uint64
		if n, _ := fmt.Sscanf(lines.Text(), "MemTotal: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	return 0
}

// readLimit reads a memory limit; without a file, and for "max", it returns the largest number.
func readLimit(file string) uint64 {
	content, err := os.ReadFile(file)
	if err != nil {
		return math.MaxUint64
	}
	limit, err := strconv.ParseUint(strings.TrimSpace(string(content)), 10, 64)
	if err != nil {
		return math.MaxUint64
	}
	return limit
}
