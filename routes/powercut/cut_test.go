package powercut

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// blockSize is the size in bytes of what a disk writes whole.
const blockSize = 4096

// cut is a power cut.
type cut struct {
	at     int        // the last line before it
	random *rand.Rand // nil: whatever was not synced is lost; else a part of it is kept
	names  int        // the line up to which names are kept that were not synced
}

// safe returns how many of a node's changes are certain to be on the disk, and how many were made.
func (k cut) safe(n *node) (safe, made int) {
	for _, s := range n.syncs {
		if s.at <= k.at {
			safe = max(safe, s.changes)
		}
	}
	made, _ = slices.BinarySearchFunc(n.changes, k.at+1, func(c change, line int) int { return c.at - line })
	return safe, made
}

// fileAfter returns the content of a file after the cut.
func (k cut) fileAfter(n *node) []byte {
	safe, made := k.safe(n)
	var content []byte
	for i, c := range n.changes[:made] {
		switch {
		case i < safe:
			content = c.apply(content)
		case k.random == nil:
			return content
		case c.data == nil:
			if k.random.IntN(2) == 0 {
				content = c.apply(content)
			}
		default:
			for start := int64(0); start < int64(len(c.data)); { // of each block of the disk, the part that was written
				end := min(int64(len(c.data)), start+blockSize-(c.offset+start)%blockSize)
				if k.random.IntN(2) == 0 {
					content = change{data: c.data[start:end], offset: c.offset + start}.apply(content)
				}
				start = end
			}
		}
	}
	return content
}

// folderAfter returns the entries of a folder after the cut. A journal keeps names in the order in which they were
// given, so that of those that were not synced the first are kept.
func (k cut) folderAfter(n *node) map[string]*node {
	safe, made := k.safe(n)
	entries := map[string]*node{}
	for i, c := range n.changes[:made] {
		if i >= safe && (k.random == nil || c.at > k.names) {
			break
		}
		if c.entry == nil {
			delete(entries, c.name)
		} else {
			entries[c.name] = c.entry
		}
	}
	return entries
}

// restore writes what the disk holds after the cut into a folder.
func (k cut) restore(n *node, target string) error {
	if !n.isFolder {
		return os.WriteFile(target, k.fileAfter(n), 0o600)
	}
	if err := os.MkdirAll(target, 0o700); err != nil {
		return err
	}
	entries := k.folderAfter(n)
	names := make([]string, 0, len(entries))
	for name := range entries {
		if !strings.HasSuffix(name, "-shm") {
			names = append(names, name)
		}
	}
	slices.Sort(names) // so that the same seed gives the same disk
	for _, name := range names {
		if err := k.restore(entries[name], filepath.Join(target, name)); err != nil {
			return err
		}
	}
	return nil
}

// content returns what is in a file when all was written.
func (n *node) content() []byte {
	var content []byte
	for _, c := range n.changes {
		content = c.apply(content)
	}
	return content
}

// apply does a change to the content of a file.
func (c change) apply(content []byte) []byte {
	end := c.offset + int64(len(c.data))
	if grow := end - int64(len(content)); grow > 0 {
		content = append(content, make([]byte, grow)...)
	}
	if c.data == nil {
		return content[:end]
	}
	copy(content[c.offset:], c.data)
	return content
}
