package powercut

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// node is a file or a folder, with all that was done to it.
type node struct {
	isFolder bool
	entries  map[string]*node // of a folder, now
	size     int64            // of a file, now
	changes  []change
	syncs    []synced
}

// change is something that was done to a file or folder.
type change struct {
	at     int    // the line at which it was done
	data   []byte // written to a file
	offset int64  // at which it was; without data, the size that the file was cut or grown to
	name   string // of an entry of a folder
	entry  *node  // nil: removed
}

// synced says that a sync ended at a line, and how many changes it covers: those that were done when it began.
type synced struct{ at, changes int }

// opened is an open file.
type opened struct {
	file    *node
	at      int64
	appends bool
}

// disk is the file system as the server sees it, with what is needed to know what a power cut leaves of it.
type disk struct {
	path     string // of root
	root     *node
	files    map[int]*opened    // by descriptor
	syncing  map[string]synced  // what a running sync covers, by thread
	removals []int              // the lines at which files were removed
	lines    int                // of the record
	named    map[string][]*node // every file that ever had a name
}

// newDisk returns a disk that holds what is in the folder at path, all of it safe.
func newDisk(path string) (*disk, error) {
	d := &disk{path: path, root: newFolder(), files: map[int]*opened{}, syncing: map[string]synced{}, named: map[string][]*node{}}
	return d, filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == path {
			return err
		}
		made := newFolder()
		if !entry.IsDir() {
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			made = &node{size: int64(len(content)), changes: []change{{data: content}}, syncs: []synced{{0, 1}}}
		}
		return d.link(name, made, 0)
	})
}

func newFolder() *node { return &node{isFolder: true, entries: map[string]*node{}} }

// has reports whether a path is on the disk.
func (d *disk) has(path string) bool { return strings.HasPrefix(path, d.path+"/") }

// at returns the file or folder at a path, nil if there is none.
func (d *disk) at(path string) *node {
	n := d.root
	if path == d.path {
		return n
	}
	for name := range strings.SplitSeq(strings.TrimPrefix(path, d.path+"/"), "/") {
		if n == nil {
			return nil
		}
		n = n.entries[name]
	}
	return n
}

// link gives a path to a node, or takes it away if the node is nil. At line 0 it is safe at once.
func (d *disk) link(path string, entry *node, line int) error {
	folder, name := d.at(filepath.Dir(path)), filepath.Base(path)
	if folder == nil && entry == nil {
		return nil // another thread has removed the folder, and strace has seen the end of that first
	}
	if folder == nil {
		return fmt.Errorf("no folder of %s", path)
	}
	folder.changes = append(folder.changes, change{at: line, name: name, entry: entry})
	if line == 0 {
		folder.syncs = []synced{{0, len(folder.changes)}}
	}
	if entry == nil {
		delete(folder.entries, name)
		return nil
	}
	folder.entries[name] = entry
	if !entry.isFolder {
		d.named[name] = append(d.named[name], entry)
	}
	return nil
}

// begin notes what a sync will cover.
func (d *disk) begin(c call) error {
	if c.name != "fsync" && c.name != "fdatasync" || c.isOfAnother {
		return nil
	}
	fd, path := c.descriptor()
	if n := d.open(fd, path); n != nil {
		d.syncing[c.thread] = synced{changes: len(n.changes)}
	}
	return nil
}

// open returns the file of a descriptor, or the folder at its path; nil for what is not on this disk.
func (d *disk) open(fd int, path string) *node {
	if !d.has(path) && path != d.path {
		return nil
	}
	if file := d.files[fd]; file != nil {
		return file.file
	}
	return d.at(path)
}

// end does what a call has done.
func (d *disk) end(c call) error {
	d.lines = c.end
	if c.isOfAnother {
		return nil // children only read
	}
	switch c.name {
	case "openat", "open", "creat":
		return d.opened(c)
	case "rename", "renameat", "renameat2":
		paths := c.paths()
		if !d.has(paths[0]) && !d.has(paths[1]) {
			return nil
		}
		moved := d.at(paths[0])
		if moved == nil || !d.has(paths[1]) {
			return fmt.Errorf("from %s to %s", paths[0], paths[1])
		}
		return errors.Join(d.link(paths[1], moved, c.end), d.link(paths[0], nil, c.end))
	case "unlink", "unlinkat", "rmdir":
		if path := c.paths()[0]; d.has(path) {
			d.removals = append(d.removals, c.end)
			return d.link(path, nil, c.end)
		}
		return nil
	case "mkdir", "mkdirat":
		if path := c.paths()[0]; d.has(path) {
			return d.link(path, newFolder(), c.end)
		}
		return nil
	case "accept4", "clone", "clone3", "execve":
		return nil
	}
	fd, path := c.descriptor()
	if c.name == "mmap" {
		// SQLite's index of the log is shared memory, which is built anew after a cut.
		if at := strings.LastIndex(c.args, ", "); at >= 0 && strings.Contains(c.args, "MAP_SHARED") && strings.Contains(c.args, "PROT_WRITE") {
			fields := strings.Split(c.args, ", ")
			if _, path := descriptor(fields[len(fields)-2]); d.has(path) && !strings.HasSuffix(path, "-shm") {
				return fmt.Errorf("%s is written through memory", path)
			}
		}
		return nil
	}
	if !d.has(path) && path != d.path {
		return nil
	}
	return d.changed(c, fd, path)
}

// opened notes an open file, and makes or empties it where the flags say so.
func (d *disk) opened(c call) error {
	fd, _ := descriptor(c.result)
	delete(d.files, fd)
	path := c.paths()[0]
	if !d.has(path) {
		return nil
	}
	file := d.at(path)
	if file == nil {
		if !strings.Contains(c.args, "O_CREAT") {
			return fmt.Errorf("%s was not there", path)
		}
		file = &node{}
		if err := d.link(path, file, c.end); err != nil {
			return err
		}
	}
	if file.isFolder {
		return nil
	}
	if strings.Contains(c.args, "O_TRUNC") {
		file.resize(0, c.end)
	}
	d.files[fd] = &opened{file: file, appends: strings.Contains(c.args, "O_APPEND")}
	return nil
}

// changed does what a call has done to a file that is open.
func (d *disk) changed(c call, fd int, path string) error {
	file, numbers := d.files[fd], c.numbers()
	switch c.name {
	case "fsync", "fdatasync":
		covered, ok := d.syncing[c.thread]
		if !ok {
			return fmt.Errorf("%s is not known", path)
		}
		delete(d.syncing, c.thread)
		n := d.open(fd, path)
		if now := d.at(path); now != nil && now != n {
			return fmt.Errorf("%s is open as another file", path)
		}
		n.syncs = append(n.syncs, synced{c.end, covered.changes})
		return nil
	case "sync_file_range":
		return nil // promises nothing
	}
	if n := d.open(fd, path); file == nil && n != nil && n.isFolder && c.name == "lseek" {
		return nil // to list it again
	}
	if file == nil {
		return fmt.Errorf("%s is open as nothing", path)
	}
	if now := d.at(path); now != nil && now != file.file {
		return fmt.Errorf("%s is open as another file", path)
	}
	switch c.name {
	case "lseek":
		_, err := fmt.Sscan(c.result, &file.at)
		return err
	case "ftruncate":
		file.file.resize(numbers[0], c.end)
		return nil
	case "write", "pwrite64":
		data, err := c.data()
		if err != nil {
			return err
		}
		var written int
		if _, err := fmt.Sscan(c.result, &written); err != nil {
			return err
		}
		if c.name == "pwrite64" {
			file.file.write(data[:written], numbers[len(numbers)-1], c.end)
			return nil
		}
		if file.appends {
			file.at = file.file.size
		}
		file.file.write(data[:written], file.at, c.end)
		file.at += int64(written)
		return nil
	}
	return fmt.Errorf("%s changes in a way that this test does not know", path)
}

func (n *node) write(data []byte, offset int64, line int) {
	n.changes = append(n.changes, change{at: line, data: data, offset: offset})
	n.size = max(n.size, offset+int64(len(data)))
}

func (n *node) resize(size int64, line int) {
	n.changes = append(n.changes, change{at: line, offset: size})
	n.size = size
}
