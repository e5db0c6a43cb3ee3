package disk

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// usage returns how many bytes of a folder's volume are free for the user, and how many it has.
func usage(folder string) (free, total uint64, err error) {
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(path, &free, &total, nil)
	return free, total, err
}

// fileSystemOf tells only drives of other machines from this one's.
func fileSystemOf(path string) (FileSystem, error) {
	if _, err := os.Stat(path); err != nil {
		return FileSystem{}, err
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return FileSystem{}, err
	}
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(full) + `\`)
	if err != nil {
		return FileSystem{}, err
	}
	if windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return FileSystem{"a network drive", overNetwork}, nil
	}
	return FileSystem{}, nil
}
