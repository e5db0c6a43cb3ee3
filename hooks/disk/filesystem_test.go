package disk

import (
	"path/filepath"
	"testing"
)

// File systems that break SQLite's locks are told from those that don't, whatever the width and sign of the number that
// the machine gives.
func TestFileSystems(t *testing.T) {
	risky := map[int64]string{
		0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "CIFS", -0xacb2be: "CIFS", 0xfe534d42: "SMB", 0x65735546: "FUSE", 0x01021997: "9P", 0x00c36400: "Ceph",
	}
	for magic, name := range risky {
		if kind := byMagic(uint32(magic)); kind.Name != name || kind.Risk == "" {
			t.Errorf("%#x is %+v, not %s", magic, kind, name)
		}
	}
	for name, magic := range map[string]uint32{
		"ext4": 0xef53, "xfs": 0x58465342, "btrfs": 0x9123683e, "tmpfs": 0x01021994, "overlay": 0x794c7630, "zfs": 0x2fc12fc1, "f2fs": 0xf2f52010, "unknown": 1,
	} {
		if kind := byMagic(magic); kind.Risk != "" {
			t.Errorf("%s is %+v", name, kind)
		}
	}
	for name, want := range map[string]string{"nfs": "NFS", "smbfs": "SMB", "macfuse_mount": "FUSE", "afpfs": "AFP", "webdav": "WebDAV"} {
		if kind := byName(name); kind.Name != want || kind.Risk == "" {
			t.Errorf("%s is %+v, not %s", name, kind, want)
		}
	}
	for _, name := range []string{"apfs", "hfs", "exfat", ""} {
		if kind := byName(name); kind.Risk != "" {
			t.Errorf("%s is %+v", name, kind)
		}
	}
}

func TestFileSystemOf(t *testing.T) {
	if kind, err := FileSystemOf(t.TempDir()); err != nil || kind.Risk != "" {
		t.Logf("the folder of the tests is on %+v (%v)", kind, err)
	}
	if _, err := FileSystemOf(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that does not exist has a file system")
	}
}
