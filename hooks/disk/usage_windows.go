package disk

import "golang.org/x/sys/windows"

// usage returns how many bytes of a folder's volume are free for the user, and how many it has.
func usage(folder string) (free, total uint64, err error) {
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(path, &free, &total, nil)
	return free, total, err
}
