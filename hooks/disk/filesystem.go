package disk

import "strings"

// FileSystem is a kind of file system, as far as it matters for a database.
type FileSystem struct {
	Name string // as people call it, such as "NFS"; "" where the system does not tell
	Risk string // why SQLite's files should not be there; "" where they may
}

// Why SQLite's files don't belong on some file systems (sqlite.org/wal.html, sqlite.org/howtocorrupt.html).
const (
	overNetwork = "it is reached over a network, where locks and shared memory may fail: a database there can hang or be damaged"
	byProgram   = "a program provides it, whose locks and shared memory may fail: a database there can hang or be damaged"
)

// magics are the kinds of file systems that matter, by the magic numbers of Linux's statfs(2). All others are fine.
var magics = map[uint32]FileSystem{
	0x6969:     {"NFS", overNetwork},
	0x517b:     {"SMB", overNetwork},
	0xff534d42: {"CIFS", overNetwork},
	0xfe534d42: {"SMB", overNetwork},
	0x564c:     {"NCP", overNetwork},
	0x5346414f: {"AFS", overNetwork},
	0x6b414653: {"AFS", overNetwork},
	0x73757245: {"Coda", overNetwork},
	0x00c36400: {"Ceph", overNetwork},
	0x0bd00bd0: {"Lustre", overNetwork},
	0x19830326: {"BeeGFS", overNetwork},
	0x47504653: {"GPFS", overNetwork},
	0x7461636f: {"OCFS2", overNetwork},
	0x01161970: {"GFS2", overNetwork},
	0x01021997: {"9P", overNetwork},
	0x786f4256: {"a folder shared by VirtualBox", overNetwork},
	0x65735546: {"FUSE", byProgram},
}

// names are the kinds of file systems that matter, by the names that macOS's statfs(2) has for them. The start of a name is enough.
var names = []struct {
	prefix string
	kind   FileSystem
}{
	{"nfs", FileSystem{"NFS", overNetwork}},
	{"smbfs", FileSystem{"SMB", overNetwork}},
	{"cifs", FileSystem{"CIFS", overNetwork}},
	{"afpfs", FileSystem{"AFP", overNetwork}},
	{"webdav", FileSystem{"WebDAV", overNetwork}},
	{"ftp", FileSystem{"FTP", overNetwork}},
	{"osxfuse", FileSystem{"FUSE", byProgram}},
	{"macfuse", FileSystem{"FUSE", byProgram}},
}

// byMagic returns the kind of file system that has a magic number, the zero value for one that does not matter.
func byMagic(magic uint32) FileSystem { return magics[magic] }

// byName returns the kind of file system that a system calls so.
func byName(name string) FileSystem {
	name = strings.ToLower(name)
	for _, known := range names {
		if strings.HasPrefix(name, known.prefix) {
			return known.kind
		}
	}
	return FileSystem{Name: name}
}

// FileSystemOf returns the kind of the file system that a file or folder is on. On systems that are not asked it is the
// zero value. The error is that of the file or folder.
func FileSystemOf(path string) (FileSystem, error) { return fileSystemOf(path) }

// Usage returns how many bytes of the file system of a folder are free for users without privileges, and how many it
// has. The error is errors.ErrUnsupported where it is not known how to ask the system.
func Usage(folder string) (free, total uint64, err error) { return usage(folder) }

// Floor returns how many bytes uploads leave free on a file system of that size. set is the setting, 0 for the default.
func Floor(set int64, total uint64) uint64 { return NewGuard(set, nil).floorOf(total) }
