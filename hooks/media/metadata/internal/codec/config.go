package codec

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

const (
	// configLength is how much of an avcC or vvcC is read, hevcConfigLength that of an hvcC before its lists, and
	// av1ConfigLength that of an av1C before its units.
	configLength     = 5
	hevcConfigLength = 23
	av1ConfigLength  = 4
)

// ReadWidth sets the width of lengths by the description of a stream's format that decoders get before it (avcC, hvcC,
// vvcC), whose bytes lie between two offsets.
func (s *Stream) ReadWidth(v *edit.View, at, end int64) error {
	b, err := v.Bytes(at, int(min(hevcConfigLength, end-at)))
	if err != nil {
		return err
	}
	switch {
	case s.Format == AVC && len(b) >= configLength:
		s.Width = int(b[4]&3) + 1
	case s.Format == VVC && len(b) >= configLength:
		s.Width = int(b[4]>>1&3) + 1
	case s.Format == HEVC && len(b) == hevcConfigLength:
		s.Width = int(b[21]&3) + 1
	}
	return nil
}

// Config removes the metadata from such a description (hvcC, av1C).
func (s *Stream) Config(at, end int64) error {
	switch {
	case s.Format == HEVC && end-at >= hevcConfigLength:
		b, err := s.View.Bytes(at+hevcConfigLength-1, 1)
		if err != nil {
			return err
		}
		return s.unitLists(at+hevcConfigLength, end, int(b[0]))
	case s.Format == AV1 && end-at > av1ConfigLength:
		return s.Sample(at+av1ConfigLength, end)
	}
	return nil
}

// unitLists cleans the supplemental information in the lists of units of an hvcC (ISO/IEC 14496-15, 8.3.3).
func (s *Stream) unitLists(at, end int64, lists int) error {
	for range lists {
		if end-at < 3 {
			return nil
		}
		b, err := s.View.Bytes(at, 3)
		if err != nil {
			return err
		}
		count := binary.BigEndian.Uint16(b[1:])
		at += 3
		for range count {
			if err := s.Count(); err != nil {
				return err
			}
			if end-at < 4 {
				return nil
			}
			b, err := s.View.Bytes(at, 4)
			if err != nil {
				return err
			}
			length := int64(binary.BigEndian.Uint16(b))
			sei := s.isSEI(b[2:])
			if at += 2; length > end-at {
				return nil
			}
			if sei && length > 2 {
				if err := s.cleanSEI(at+2, at+length); err != nil {
					return err
				}
			}
			at += length
		}
	}
	return nil
}
