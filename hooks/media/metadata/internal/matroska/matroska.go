// Package matroska removes metadata from Matroska and WebM files (RFC 8794, RFC 9559).
package matroska

import (
	"errors"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// Elements of Matroska (RFC 9559) by their numbers.
const (
	idSegment  = 0x18538067
	idSeekHead = 0x114d9b74
	idInfo     = 0x1549a966
	idTracks   = 0x1654ae6b
	idCues     = 0x1c53bb6b
	idCluster  = 0x1f43b675

	idSeek       = 0x4dbb
	idSeekID     = 0x53ab
	idMuxingApp  = 0x4d80
	idWritingApp = 0x5741

	idBlock          = 0xa1
	idSimpleBlock    = 0xa3
	idBlockGroup     = 0xa0
	idEncryptedBlock = 0xaf
)

// What is kept of the parts that are looked into; anything else becomes void: titles, dates, names, tags,
// attachments, chapters, and checksums, which would not match any more.
var (
	headKept = idSet(0x4286, 0x42f7, 0x42f2, 0x42f3, 0x4282, 0x4287, 0x4285) // versions and limits, type of document
	infoKept = idSet(0x2ad7b1, 0x4489)                                       // unit of time, duration
	// Time, position, size of the one before, silent tracks, blocks.
	clusterKept = idSet(0xe7, 0xa7, 0xab, 0x5854, idBlockGroup, idSimpleBlock, idEncryptedBlock)
)

func idSet(ids ...uint32) map[uint32]bool {
	set := map[uint32]bool{}
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// cleaner cleans Matroska and WebM: nothing moves, what goes becomes void.
type cleaner struct {
	reader
	// removed are the numbers of tracks that are neither pictures nor sound.
	removed map[uint64]bool
	// sawCluster tells that data was passed already.
	sawCluster bool
	// hasTracks tells that there are tracks, shows that one is of pictures.
	hasTracks, hasVideo bool
}

func Clean(f edit.File, size int64) error {
	m := &cleaner{reader: reader{View: edit.NewView(f, size, edit.PageSize)}}
	segments := 0
	for at := int64(0); at < size; {
		e, err := m.element(at, size)
		switch {
		case err == nil && e.id == idEBML:
			err = m.keepOnly(e, headKept)
		case err == nil && e.id == idSegment:
			segments++
			e.end, err = m.segment(e)
		case err == nil && e.id == idVoid && !e.open:
			err = m.void(e)
		case segments > 0 && (err == nil || m.malformed(err)): // a trailer
			return m.finish(at)
		case err == nil:
			err = edit.Unclean("it does not begin as Matroska")
		}
		if err != nil {
			return err
		}
		at = e.end
	}
	if segments == 0 {
		return edit.Unclean("it has no segment")
	}
	return m.finish(size)
}

// finish cuts off what is behind the end. What is only heard is no video.
func (m *cleaner) finish(end int64) error {
	if m.hasTracks && !m.hasVideo {
		return edit.Unclean("it has no track of pictures")
	}
	if end == m.Size {
		return nil
	}
	return m.File.Truncate(end)
}

// malformed tells whether what is read is no element. Where nothing says how long a recording is, it ends there.
func (m *cleaner) malformed(err error) bool {
	return errors.Is(err, edit.ErrUnclean) && m.elements <= maxElements
}

// segment treats a segment and tells where it ends.
func (m *cleaner) segment(s element) (end int64, err error) {
	m.removed, m.sawCluster = map[uint64]bool{}, false
	for at := s.body; at < s.end; {
		e, err := m.element(at, s.end)
		if err != nil && s.open && m.sawCluster && m.malformed(err) {
			return at, nil
		}
		if err != nil {
			return 0, err
		}
		if e.open && e.id != idCluster {
			return 0, edit.Unclean("an element has no length where it needs one")
		}
		if s.open && (e.id == idEBML || e.id == idSegment) {
			return at, nil
		}
		switch e.id {
		case idSeekHead:
			err = m.seekHead(e)
		case idInfo:
			err = m.info(e)
		case idTracks:
			err = m.tracks(e)
		case idCluster:
			m.sawCluster = true
			if e.open || len(m.removed) > 0 {
				e.end, err = m.cluster(e)
			}
		case idCues:
		default:
			err = m.void(e)
		}
		if err != nil {
			return 0, err
		}
		at = e.end
	}
	return s.end, nil
}

// keepOnly voids the elements of an element that aren't named.
func (m *cleaner) keepOnly(e element, kept map[uint32]bool) error {
	return m.each(e, func(inner element) error {
		if kept[inner.id] {
			return nil
		}
		return m.void(inner)
	})
}

// seekHead keeps the places of what is kept.
func (m *cleaner) seekHead(e element) error {
	return m.each(e, func(seek element) error {
		stays := false
		if seek.id == idSeek {
			err := m.each(seek, func(inner element) error {
				if inner.id != idSeekID {
					return nil
				}
				id, err := m.uint(inner)
				switch id {
				case idSeekHead, idInfo, idTracks, idCues, idCluster:
					stays = true
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		if stays {
			return nil
		}
		return m.void(seek)
	})
}

// info keeps the unit of time and the duration; the names of the programs must be there, and become empty.
func (m *cleaner) info(e element) error {
	return m.each(e, func(inner element) error {
		switch {
		case infoKept[inner.id]:
			return nil
		case inner.id == idMuxingApp || inner.id == idWritingApp:
			return m.Zero(inner.body, inner.end-inner.body)
		}
		return m.void(inner)
	})
}

// cluster goes over the blocks of a cluster, voids those of tracks that go, and tells where it ends.
func (m *cleaner) cluster(c element) (end int64, err error) {
	for at := c.body; at < c.end; {
		e, err := m.element(at, c.end)
		if err != nil && c.open && m.malformed(err) {
			return at, nil
		}
		if err != nil {
			return 0, err
		}
		if c.open && e.id > 0xffffff { // of the segment or the file
			return at, nil
		}
		if e.open {
			return 0, edit.Unclean("an element has no length where it needs one")
		}
		stays := clusterKept[e.id]
		if stays && len(m.removed) > 0 {
			if stays, err = m.keepsBlock(e); err != nil {
				return 0, err
			}
		}
		if !stays {
			if err := m.void(e); err != nil {
				return 0, err
			}
		}
		at = e.end
	}
	return c.end, nil
}

// keepsBlock tells whether an element of a cluster is none of a track that goes.
func (m *cleaner) keepsBlock(e element) (bool, error) {
	switch e.id {
	case idBlockGroup:
		stays := true
		return stays, m.each(e, func(inner element) error {
			one, err := m.keepsBlock(inner)
			stays = stays && one
			return err
		})
	case idSimpleBlock, idBlock, idEncryptedBlock:
		number, err := m.vint(e.body, e.end)
		return !m.removed[number], err
	}
	return true, nil
}
