//go:build !linux

package render

import "syscall"

// sysProcAttr returns nil: here a child outlives a killed server, at most until its limit of processor time.
func sysProcAttr() *syscall.SysProcAttr { return nil }
