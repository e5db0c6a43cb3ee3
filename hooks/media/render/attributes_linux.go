package render

import "syscall"

// sysProcAttr let the child die with the server, kill -9 included, and keep the terminal's Ctrl-C away from it: the
// server decides what ends.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
