// Package matroska removes metadata from Matroska and WebM files (RFC 8794, RFC 9559).
package matroska

import (
	"errors"

	"github.com/privet/privet/hooks/media/metadata/internal/codec"
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// IDs of Matroska elements (RFC 9559).
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

	idCuePoint     = 0xbb
	idCueTime      = 0xb3
	idCuePositions = 0xb7

	idBlock          = 0xa1
	idSimpleBlock    = 0xa3
	idBlockGroup     = 0xa0
	idEncryptedBlock = 0xaf
	idBlockAdditions = 0x75a1
	idBlockMore      = 0xa6
	idAdditionID     = 0xee
	idAdditional     = 0xa5

	// additionOfCodec is the number of additions that the codec defines, which are transparency, and additionRegistered that of
	// registered user data (ITU-T T.35).
	additionOfCodec    = 1
	additionRegistered = 4
)

// The elements that are kept in those whose content is cleaned. Anything else becomes Void: titles, dates, names, tags,
// attachments, chapters, and checksums, which would no longer match.
var (
	headKept = idSet(0x4286, 0x42f7, 0x42f2, 0x42f3, 0x4282, 0x4287, 0x4285) // versions and limits, document type
	infoKept = idSet(0x2ad7b1, 0x4489)                                       // timestamp scale, duration
	// Timestamp, position, size of the previous cluster, silent tracks, blocks.
	clusterKept = idSet(0xe7, 0xa7, 0xab, 0x5854, idBlockGroup, idSimpleBlock)
	// Track, positions, duration, block number, codec state.
	cuePositionsKept = idSet(0xf7, 0xf1, 0xf0, 0xb2, 0x5378, 0xea)
	// Block, transparency and other additions to it, duration, references, codec state, padding.
	groupKept    = idSet(idBlock, idBlockAdditions, 0x9b, 0xfa, 0xfb, 0xfd, 0xa4, 0x75a2)
	additionKept = idSet(idAdditionID, idAdditional)
)

func idSet(ids ...uint32) map[uint32]bool {
	set := map[uint32]bool{}
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// cleaner cleans one file. Nothing moves: an element to remove becomes a Void element of the same length.
type cleaner struct {
	reader
	// removed are the numbers of the tracks that are neither video nor audio.
	removed map[uint64]bool
	// streams clean the blocks of the tracks with such numbers.
	streams map[uint64]*codec.Stream
	// units is how many units of coded pictures may be read.
	units *int64
	// sawCluster means that the segment's data has begun, hasBlocks that some of it is kept.
	sawCluster, hasBlocks bool
	// hasTracks means that tracks are described, hasVideo that one of them is video.
	hasTracks, hasVideo bool
}

// errEncrypted is the error for a file that nobody could be shown.
var errEncrypted = edit.Unclean("it is encrypted")

// Clean cleans a Matroska or WebM file.
func Clean(f edit.File, size int64) error {
	m := &cleaner{reader: reader{View: edit.NewView(f, size, edit.PageSize)}, units: codec.UnitsOf(size)}
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

// finish truncates the file at end, and refuses one that has only sound or nothing at all.
func (m *cleaner) finish(end int64) error {
	switch {
	case m.hasTracks && !m.hasVideo:
		return edit.Unclean("it has no track of pictures")
	case !m.hasTracks || !m.hasBlocks:
		return edit.Unclean("it has no pictures")
	}
	if err := m.Flush(); err != nil || end == m.Size {
		return err
	}
	return m.File.Truncate(end)
}

// malformed reports whether an error means that no element was found. A recording of unknown length ends there.
func (m *cleaner) malformed(err error) bool {
	return errors.Is(err, edit.ErrUnclean) && m.elements <= maxElements
}

// segment cleans a segment and returns where it ends.
func (m *cleaner) segment(s element) (end int64, err error) {
	m.removed, m.streams, m.sawCluster = map[uint64]bool{}, map[uint64]*codec.Stream{}, false
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
			e.end, err = m.cluster(e)
		case idCues:
			err = m.cues(e)
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

// keepOnly voids the children of an element that aren't in kept.
func (m *cleaner) keepOnly(e element, kept map[uint32]bool) error {
	return m.each(e, func(inner element) error {
		if kept[inner.id] {
			return nil
		}
		return m.void(inner)
	})
}

// seekHead keeps the index entries of kept elements.
func (m *cleaner) seekHead(e element) error {
	return m.each(e, func(seek element) error {
		keep := false
		if seek.id == idSeek {
			err := m.each(seek, func(inner element) error {
				if inner.id != idSeekID {
					return nil
				}
				id, err := m.uint(inner)
				switch id {
				case idSeekHead, idInfo, idTracks, idCues, idCluster:
					keep = true
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		if keep {
			return nil
		}
		return m.void(seek)
	})
}

// cues keeps the index of the blocks.
func (m *cleaner) cues(e element) error {
	return m.each(e, func(point element) error {
		if point.id != idCuePoint {
			return m.void(point)
		}
		return m.each(point, func(inner element) error {
			switch inner.id {
			case idCueTime:
				return nil
			case idCuePositions:
				return m.keepOnly(inner, cuePositionsKept)
			}
			return m.void(inner)
		})
	})
}

// info keeps the timestamp scale and the duration. The names of the programs are mandatory elements, and become empty.
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
