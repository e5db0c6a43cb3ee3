package matroska

import "github.com/privet/privet/hooks/media/metadata/internal/edit"

// cluster erases the blocks of removed tracks in a cluster and what is not needed, and returns where the cluster ends.
func (m *cleaner) cluster(c element) (end int64, err error) {
	for at := c.body; at < c.end; {
		e, err := m.element(at, c.end)
		if err != nil && c.open && m.malformed(err) {
			return at, nil
		}
		if err != nil {
			return 0, err
		}
		if c.open && e.id > 0xffffff { // an element of the segment or of the file
			return at, nil
		}
		if e.open {
			return 0, edit.Unclean("an element has no length where it needs one")
		}
		switch {
		case e.id == idBlockGroup:
			err = m.blockGroup(e)
		case e.id == idSimpleBlock:
			err = m.block(e, e)
		case e.id == idEncryptedBlock:
			err = errEncrypted
		case !clusterKept[e.id]:
			err = m.void(e)
		}
		if err != nil {
			return 0, err
		}
		at = e.end
	}
	return c.end, nil
}

// blockGroup keeps what belongs to a block, or erases all of it when the block's track is removed.
func (m *cleaner) blockGroup(group element) error {
	var of element
	err := m.each(group, func(inner element) error {
		switch inner.id {
		case idBlock:
			if of.id != 0 {
				return edit.Unclean("it has two blocks in one group")
			}
			of = inner
		case idEncryptedBlock:
			return errEncrypted
		}
		return nil
	})
	if err != nil {
		return err
	}
	if of.id == 0 {
		return m.void(group)
	}
	number, err := m.vint(of.body, of.end)
	if err != nil {
		return err
	}
	if !m.removed[number] {
		if err := m.keepOnly(group, groupKept); err != nil {
			return err
		}
	}
	return m.block(of, group)
}

// block erases a block of a removed track with the element around it, and keeps any other.
func (m *cleaner) block(b, around element) error {
	number, err := m.vint(b.body, b.end)
	if err != nil {
		return err
	}
	if m.removed[number] {
		return m.erase(around)
	}
	m.hasBlocks = true
	return nil
}
