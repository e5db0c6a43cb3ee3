package matroska

import (
	"math/bits"

	"github.com/privet/privet/hooks/media/metadata/internal/codec"
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

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
		if err := m.groupParts(group); err != nil {
			return err
		}
	}
	return m.block(of, group)
}

// groupParts keeps what belongs to the block of a group.
func (m *cleaner) groupParts(group element) error {
	return m.each(group, func(inner element) error {
		switch {
		case !groupKept[inner.id]:
			return m.void(inner)
		case inner.id == idBlockAdditions:
			return m.each(inner, m.addition)
		}
		return nil
	})
}

// addition keeps an addition to a block that the display depends on: transparency, and dynamic metadata such as HDR10+. Others
// are time codes and whatever a track's description says.
func (m *cleaner) addition(more element) error {
	if more.id != idBlockMore {
		return m.erase(more)
	}
	id, data := uint64(additionOfCodec), element{}
	err := m.each(more, func(inner element) (err error) {
		switch inner.id {
		case idAdditionID:
			id, err = m.uint(inner)
		case idAdditional:
			data = inner
		}
		return err
	})
	if err != nil {
		return err
	}
	switch id {
	case additionOfCodec:
		return m.keepOnly(more, additionKept)
	case additionRegistered:
		b, err := m.Bytes(data.body, int(min(16, data.end-data.body)))
		if err != nil {
			return err
		}
		if codec.IsDisplayed(b) {
			return m.keepOnly(more, additionKept)
		}
	}
	return m.erase(more) // of which there may be one for each frame
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
	stream := m.streams[number]
	if stream == nil {
		return nil
	}
	return m.eachFrame(b, stream.Sample)
}

// eachFrame calls do for the frames of a block: one, or several that are laced (RFC 9559, section 10.3). It doesn't for
// what can't be read, as no player shows it.
func (m *cleaner) eachFrame(b element, do func(at, end int64) error) error {
	head, err := m.Bytes(b.body, int(min(12, b.end-b.body)))
	if err != nil || len(head) == 0 {
		return err
	}
	at := bits.LeadingZeros8(head[0]) + 1 + 2 // after the track's number and the time
	if at >= len(head) {
		return nil
	}
	lacing := head[at] >> 1 & 3
	from := b.body + int64(at) + 1
	if lacing == laceNone {
		return do(from, b.end)
	}
	if from >= b.end {
		return nil
	}
	count, err := m.Bytes(from, 1)
	if err != nil {
		return err
	}
	sizes, from, err := m.laces(lacing, int(count[0]), from+1, b.end)
	if err != nil {
		return err
	}
	for _, size := range sizes {
		if size < 0 || size > b.end-from {
			return nil
		}
		if err := do(from, from+size); err != nil {
			return err
		}
		from += size
	}
	return do(from, b.end)
}

// The kinds of lacing.
const (
	laceNone  = 0
	laceXiph  = 1
	laceFixed = 2
	laceEBML  = 3
)

// laces reads the sizes of all frames but the last of a block with that number of frames besides the last, and returns
// where the first begins.
func (m *cleaner) laces(lacing byte, count int, at, end int64) (sizes []int64, from int64, err error) {
	for i := range count {
		size := int64(0)
		switch lacing {
		case laceFixed:
			size = (end - at) / int64(count+1)
		case laceXiph:
			for more := true; more && at < end; at++ {
				b, err := m.Bytes(at, 1)
				if err != nil {
					return nil, at, err
				}
				size += int64(b[0])
				more = b[0] == 255
			}
		case laceEBML:
			value, err := m.vint(at, end)
			if err != nil {
				return nil, at, err
			}
			first, err := m.Bytes(at, 1)
			if err != nil {
				return nil, at, err
			}
			width := bits.LeadingZeros8(first[0]) + 1
			at += int64(width)
			if size = int64(value); i > 0 { // the difference to the size before
				size += sizes[i-1] - (1<<(7*width-1) - 1)
			}
		}
		sizes = append(sizes, size)
	}
	return sizes, at, nil
}
