//go:build !linux

package render

import "syscall"

// sysProcAttr are none: the child ends by itself, at the latest with its time.
func sysProcAttr() *syscall.SysProcAttr { return nil }
