//go:build !unix

package disk

import "errors"

// LikeFolder does nothing: this system has no root who makes files for others.
func LikeFolder(string, ...string) error { return nil }

// Owner returns to whom a file or folder belongs: this system has no such numbers.
func Owner(string) (uid, gid int, err error) { return 0, 0, errors.ErrUnsupported }
