//go:build unix

package metadata_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/media/metadata"
)

// BenchmarkHostile prints what cleaning costs, in CPU seconds for each megabyte, for hostile files of every format
// (at most 0.25) and for ordinary ones: go test -run xxx -bench Hostile -benchtime 1x ./hooks/media/metadata
func BenchmarkHostile(b *testing.B) {
	var lines []string
	for _, s := range shapes(8 << 20) {
		b.Run(s.name, func(b *testing.B) { lines = append(lines, measure(b, s)) })
	}
	for _, s := range samples {
		b.Run("ordinary/"+s.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), s.name)
			s.write(b, path)
			content, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			lines = append(lines, measure(b, shape{"ordinary/" + s.name, s.mime, content}))
		})
	}
	fmt.Printf("%-32s %12s %8s  %s\n%s\n", "shape", "CPU s/MB", "MB", "answer", strings.Join(lines, "\n"))
}

// measure cleans a file and returns a line of the table.
func measure(b *testing.B, s shape) string {
	path := filepath.Join(b.TempDir(), "file")
	var used time.Duration
	answer := error(nil)
	for b.Loop() {
		if err := os.WriteFile(path, s.content, 0o600); err != nil {
			b.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			b.Fatal(err)
		}
		before := cpuTime(b)
		answer = metadata.Clean(f, int64(len(s.content)), s.mime)
		used += cpuTime(b) - before
		f.Close()
		if answer != nil && !errors.Is(answer, metadata.ErrUnclean) {
			b.Fatal(answer)
		}
	}
	megabytes := float64(len(s.content)) / (1 << 20)
	cost := used.Seconds() / float64(b.N) / megabytes
	b.ReportMetric(cost, "CPU-s/MB")
	taken := "taken"
	if answer != nil {
		taken = metadata.Reason(answer)
	}
	return fmt.Sprintf("%-32s %12.4f %8.2f  %s", s.name, cost, megabytes, taken)
}

// cpuTime returns the CPU time that this process has used.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
