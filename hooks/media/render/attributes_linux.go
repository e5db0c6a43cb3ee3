package render

import "syscall"

// sysProcAttr makes the child die with the server, kill -9 included, and puts it into a process group of its own, out
// of reach of the terminal's Ctrl-C: the server decides when it ends.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
