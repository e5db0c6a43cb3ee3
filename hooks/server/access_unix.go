//go:build unix

package server

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"

	"github.com/privet/privet/hooks/disk"

	"golang.org/x/sys/unix"
)

// writable returns why this process can't read and write a file, or use a folder; nil if it can.
func writable(path string, folder bool) error {
	mode := uint32(unix.R_OK | unix.W_OK)
	if folder {
		mode |= unix.X_OK
	}
	return unix.Access(path, mode)
}

// ownerOf returns who owns a path, as nameOf does, and its mode.
func ownerOf(path string) (owner string, mode fs.FileMode) {
	info, err := os.Stat(path)
	if err != nil {
		return "", 0
	}
	uid, _, err := disk.Owner(path)
	if err != nil {
		return "", 0
	}
	return nameOf(uid), info.Mode()
}

// nameOf returns a user id with the name, if it has one.
func nameOf(uid int) string {
	if known, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return fmt.Sprintf("uid %d (%s)", uid, known.Username)
	}
	return fmt.Sprintf("uid %d", uid)
}
