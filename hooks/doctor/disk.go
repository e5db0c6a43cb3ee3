package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/server"
	"github.com/privet/privet/hooks/store/dbfile"
)

// folder looks at the data folder, and reports whether there is one.
func (d *Doctor) folder() bool {
	info, err := os.Stat(d.Dir)
	if err == nil && info.IsDir() {
		_, err = os.Stat(filepath.Join(d.Dir, dbfile.Name))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.say(Failure, "folder", "%s is no data folder of privet: name it by --dir, or start the server once", d.Dir)
		return false
	case err != nil:
		d.say(Failure, "folder", "%v: run this as the user of the server", err)
		return false
	}
	healthy := true
	report := func(level Level, format string, arguments ...any) {
		healthy = false
		d.say(level, "folder", format, arguments...)
	}
	d.permissions(info, report)
	d.owner(report)
	if kind, err := disk.FileSystemOf(d.Dir); err == nil && kind.Risk != "" {
		report(Warning, "%s is on %s: %s; move it to a disk of this machine", d.Dir, kind.Name, kind.Risk)
	}
	if healthy {
		d.say(OK, "folder", "%s, private, its user's, on a local disk", d.Dir)
	}
	return true
}

// permissions reports what other users of the machine can read.
func (d *Doctor) permissions(info fs.FileInfo, report func(Level, string, ...any)) {
	if info.Mode().Perm()&0o077 == 0 {
		return
	}
	if database, err := os.Stat(filepath.Join(d.Dir, dbfile.Name)); err != nil || database.Mode().Perm()&0o077 == 0 {
		return // the server closes the folder itself at its next start, and what matters is closed
	}
	report(Warning, "other users of this machine can read %s: chmod -R go= %s, or start the server, which does it", d.Dir, disk.Quote(d.Dir))
}

// owner reports files that the server's user can't write: those that are not whose folder it is.
func (d *Doctor) owner(report func(Level, string, ...any)) {
	uid, gid, err := disk.Owner(d.Dir)
	if err != nil {
		return // this system has no such numbers
	}
	if me := os.Geteuid(); me != 0 && me != uid {
		report(Failure, "%s belongs to uid %d and this is uid %d: run commands as the user of the server, or chown -R %d %s", d.Dir, uid, me, me, disk.Quote(d.Dir))
		return
	}
	count, example := 0, ""
	_ = filepath.WalkDir(d.Dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // it was removed meanwhile
		}
		if owner, _, err := disk.Owner(path); err == nil && owner != uid {
			if count++; example == "" {
				example = path
			}
		}
		return nil
	})
	if count > 0 {
		report(Failure, "%d files, such as %s, are not its user's (uid %d): chown -R %d:%d %s", count, example, uid, uid, gid, disk.Quote(d.Dir))
	}
	if err := disk.CheckFolder(d.Dir, d.Dir, 4<<10); err != nil { // which exists
		report(Failure, "%v", err)
	}
}

// lock reports whether a server runs.
func (d *Doctor) lock() {
	switch served, err := server.IsServed(d.Dir); {
	case err != nil:
		d.say(Failure, "server", "the lock can't be looked at: %v", err)
	case served:
		d.say(OK, "server", "one uses the folder")
	default:
		d.say(OK, "server", "none uses the folder now")
	}
}

// space compares what is free with what uploads must leave.
func (d *Doctor) space() {
	free, total, err := disk.Usage(d.Dir)
	if err != nil {
		d.say(Warning, "disk", "the free space can't be measured: %v", err)
		return
	}
	var floor int64
	if d.Settings != nil {
		floor = d.Settings.UploadFloor
	}
	least := disk.Floor(floor, total)
	switch {
	case free < least/10:
		d.say(Failure, "disk", "%d MB are free: orders and sign-ins fail soon, and uploads are refused below %d MB. Make room", free>>20, least>>20)
	case free < least:
		d.say(Failure, "disk", "%d MB are free, and uploads are refused below %d MB: make room, or lower PRIVET_UPLOAD_FLOOR", free>>20, least>>20)
	case free < 2*least:
		d.say(Warning, "disk", "%d MB are free, and uploads are refused below %d MB", free>>20, least>>20)
	default:
		d.say(OK, "disk", "%d MB are free, and uploads leave %d MB", free>>20, least>>20)
	}
}
