package server

import (
	"os"
	"os/signal"
	"syscall"
)

// DrainOnHangup makes SIGHUP, which the end of a terminal sends, end the process as SIGTERM does: the server answers the
// requests under way first. Left alone it ends the process at once. Where it is ignored, as nohup has it, it stays so.
// There is nothing that it could reload: settings are read once, at start.
func DrainOnHangup() {
	if signal.Ignored(syscall.SIGHUP) {
		return
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		<-hangups
		if self, err := os.FindProcess(os.Getpid()); err != nil || self.Signal(syscall.SIGTERM) != nil {
			os.Exit(1) // a system without signals, which sends no SIGHUP either
		}
	}()
}
