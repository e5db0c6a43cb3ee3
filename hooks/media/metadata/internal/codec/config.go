package codec

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

const (
	// configLength is the length of an avcC before its lists, hevcConfigLength that of an hvcC, layeredConfigLength that of
	// an lhvC, and av1ConfigLength that of an av1C before its units.
	configLength        = 5
	hevcConfigLength    = 23
	layeredConfigLength = 6
	av1ConfigLength     = 4
)

// ReadWidth sets the width of lengths by the description of a stream's format that decoders get before it (avcC, hvcC,
// vvcC without its version and flags), whose bytes lie between two offsets. One that begins as units after start codes states none.
func (s *Stream) ReadWidth(v *edit.View, at, end int64) error {
	b, err := v.Bytes(at, int(min(hevcConfigLength, end-at)))
	if err != nil {
		return err
	}
	switch {
	case s.Format == AVC && len(b) >= configLength && b[0] != 0:
		s.Width = int(b[4]&3) + 1
	case s.Format == VVC && len(b) > 0:
		s.Width = int(b[0]>>1&3) + 1
	case s.Format == HEVC && len(b) == hevcConfigLength && b[0] != 0:
		s.Width = int(b[21]&3) + 1
	}
	return nil
}

// Config removes the metadata from such a description.
func (s *Stream) Config(at, end int64) error {
	if end-at < configLength {
		return nil
	}
	b, err := s.View.Bytes(at, int(min(hevcConfigLength, end-at)))
	if err != nil {
		return err
	}
	switch {
	case (s.Format == AVC || s.Format == HEVC) && b[0] == 0:
		return s.startCodes(at, end)
	case s.Format == AVC:
		return s.parameterSets(at+configLength, end)
	case s.Format == HEVC && len(b) == hevcConfigLength:
		return s.unitLists(at+hevcConfigLength, end, int(b[hevcConfigLength-1]))
	case s.Format == VVC:
		return s.vvcConfig(at+1, end, b[0])
	case s.Format == AV1:
		return s.Sample(min(at+av1ConfigLength, end), end)
	}
	return nil
}

// LayeredConfig does so with the description of further layers of HEVC (lhvC), such as the other eye's.
func (s *Stream) LayeredConfig(at, end int64) error {
	if end-at < layeredConfigLength {
		return nil
	}
	b, err := s.View.Bytes(at+layeredConfigLength-1, 1)
	if err != nil {
		return err
	}
	return s.unitLists(at+layeredConfigLength, end, int(b[0]))
}

// parameterSets cleans the lists of parameter sets of an avcC (ISO/IEC 14496-15, 5.3.3): of sequences, of pictures, and in
// some profiles, after three numbers, of extensions. Nothing follows them.
func (s *Stream) parameterSets(at, end int64) error {
	for list, mask := range []byte{31, 255, 255} {
		if list == 2 { // the format of colours, two depths
			at += 3
		}
		if at >= end {
			return nil
		}
		b, err := s.View.Bytes(at, 1)
		if err != nil {
			return err
		}
		if at, err = s.unitList(at+1, end, int(b[0]&mask)); err != nil {
			return err
		}
	}
	return s.View.Zero(at, end-at)
}

// vvcConfig cleans the lists of units of a vvcC (ISO/IEC 14496-15, 11.2.4.2), after the byte that ends with the flag of a
// profile.
func (s *Stream) vvcConfig(at, end int64, flags byte) error {
	if flags&1 != 0 { // profile, tier, level, sizes
		b, err := s.View.Bytes(at, int(min(64, end-at)))
		if err != nil {
			return err
		}
		if len(b) < 6 {
			return nil
		}
		layers, constraints := int(b[1]>>4&7), int(b[3]&63)
		n := 3 + 3 + constraints
		if layers > 1 {
			if n >= len(b) {
				return nil
			}
			levels := 0
			for i := range layers - 1 {
				levels += int(b[n] >> (7 - i) & 1)
			}
			n += 1 + levels
		}
		if n >= len(b) {
			return nil
		}
		at += int64(n + 1 + 4*int(b[n]) + 6)
	}
	if at >= end {
		return nil
	}
	b, err := s.View.Bytes(at, 1)
	if err != nil {
		return err
	}
	return s.unitLists(at+1, end, int(b[0]))
}

// unitLists cleans the supplemental information in the lists of units of an hvcC or lhvC (ISO/IEC 14496-15, 8.3.3), or a vvcC.
func (s *Stream) unitLists(at, end int64, lists int) error {
	for range lists {
		head := int64(3)
		if end-at < head {
			return nil
		}
		b, err := s.View.Bytes(at, 3)
		if err != nil {
			return err
		}
		count := int(binary.BigEndian.Uint16(b[1:]))
		if kind := b[0] & 31; s.Format == VVC && (kind == 12 || kind == 13) { // of which there is one
			head, count = 1, 1
		}
		if at, err = s.unitList(at+head, end, count); err != nil {
			return err
		}
	}
	return nil
}

// unitList cleans the supplemental information among so many units, each after a length of two bytes, and returns where
// they end.
func (s *Stream) unitList(at, end int64, count int) (int64, error) {
	for range count {
		if err := s.Count(); err != nil {
			return at, err
		}
		if end-at < 4 {
			return end, nil
		}
		b, err := s.View.Bytes(at, 4)
		if err != nil {
			return at, err
		}
		length, kind := int64(binary.BigEndian.Uint16(b)), s.kindOf(b[2:])
		if at += 2; length > end-at {
			return end, nil
		}
		if err := s.cleanUnit(kind, at, at+length); err != nil {
			return at, err
		}
		at += length
	}
	return at, nil
}
