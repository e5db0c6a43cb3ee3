//go:build !linux

package render

import "syscall"

// attributes are none: the child ends by itself, at the latest with its time.
func attributes() *syscall.SysProcAttr { return nil }
