package render

import llsyscall "github.com/landlock-lsm/go-landlock/landlock/syscall"

// LandlockABI returns the version of Landlock's interface that the kernel offers, by which children give up rights: 1
// from Linux 5.13 on, 0 where there is none or where it is turned off.
func LandlockABI() int {
	version, err := llsyscall.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return version
}
