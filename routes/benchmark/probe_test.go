package benchmark

// The probe runs in all three servers: native and bare are this package's test binary, and privet is built with an
// overlay that adds this file to package main. So the file imports only the standard library.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/metrics"
	"runtime/pprof"
	"strings"
	"syscall"
)

// probeVariable is the environment variable with the address that the probe listens on. Without it there is no probe.
const probeVariable = "BENCHMARK_PROBE"

// probeUsage holds the resources that a server has used since its start.
type probeUsage struct {
	CPU      int64  // nanoseconds, user and system
	Objects  uint64 // allocated
	Bytes    uint64 // allocated
	Resident int64  // bytes of memory; 0 where there is no /proc
	Peak     int64  // maximum of Resident
}

func init() {
	address := os.Getenv(probeVariable)
	if address == "" {
		return
	}
	go func() { // ends with the benchmark, which has the other end of the pipe
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	var profile bytes.Buffer
	mux := http.NewServeMux()
	mux.HandleFunc("/usage", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(probeSelf())
	})
	mux.HandleFunc("/profile/start", func(w http.ResponseWriter, _ *http.Request) {
		profile.Reset()
		if err := pprof.StartCPUProfile(&profile); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
		}
	})
	mux.HandleFunc("/profile/stop", func(w http.ResponseWriter, _ *http.Request) {
		pprof.StopCPUProfile()
		_, _ = w.Write(profile.Bytes())
	})
	mux.HandleFunc("/profile/allocs", func(w http.ResponseWriter, _ *http.Request) {
		_ = pprof.Lookup("allocs").WriteTo(w, 0)
	})
	go func() {
		if err := http.ListenAndServe(address, mux); err != nil {
			fmt.Fprintln(os.Stderr, "probe:", err)
			os.Exit(1)
		}
	}()
}

// probeSelf returns the usage of this process.
func probeSelf() (u probeUsage) {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) == nil {
		u.CPU = used.Utime.Nano() + used.Stime.Nano()
	}
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(samples)
	u.Objects, u.Bytes = samples[0].Value.Uint64(), samples[1].Value.Uint64()
	status, _ := os.ReadFile("/proc/self/status")
	for name, value := range map[string]*int64{"VmRSS:": &u.Resident, "VmHWM:": &u.Peak} {
		if _, rest, ok := strings.Cut(string(status), name); ok {
			_, _ = fmt.Sscan(rest, value)
			*value <<= 10
		}
	}
	return u
}
