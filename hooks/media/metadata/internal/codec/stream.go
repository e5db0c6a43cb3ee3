package codec

import (
	"bytes"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// Format is a format of coded pictures that can hold metadata between them.
type Format int

// The formats. Of all others, coded pictures are left as they are.
const (
	Other Format = iota
	AVC          // H.264
	HEVC         // H.265
	VVC          // H.266
	AV1
	DV
)

// Stream removes metadata from coded pictures, in place: who made them with which program and camera, where and when.
// Pictures stay bit for bit, and so do numbers that their display depends on.
type Stream struct {
	View *edit.View
	// Format is the format; Width is the number of bytes of the length before each unit of AVC, HEVC and VVC.
	Format Format
	Width  int
	// Units is how many samples and units of them may be read, for all streams of a file.
	Units *int64
}

// UnitsOf returns how many samples and units of them may be read of a file of that size. Frames that show no change have
// some fifty bytes, and four units that are read twice.
func UnitsOf(size int64) *int64 {
	units := 2*edit.MaxParts + size/4
	return &units
}

// Count counts a sample or a unit.
func (s *Stream) Count() error {
	if *s.Units--; *s.Units < 0 {
		return edit.Unclean("its pictures are in too many units")
	}
	return nil
}

// Sample removes the metadata from the units between two offsets: those of a picture. Where they aren't what the format
// demands, nothing is changed, as no decoder finds anything there either.
func (s *Stream) Sample(at, end int64) error {
	switch s.Format {
	case DV:
		return s.cleanDV(at, end)
	case AVC, HEVC, VVC:
		found, whole, err := s.eachUnit(at, end, nil)
		if err == nil && !whole {
			var begins bool
			if begins, err = s.beginsWithStartCode(at, end); err == nil && begins {
				return s.startCodes(at, end)
			}
			found = found && end == s.View.Size // a recording that was interrupted: decoders show what is there
		}
		if err == nil && found {
			_, _, err = s.eachUnit(at, end, s.cleanUnit)
		}
		return err
	case AV1:
		found, err := s.eachOBU(at, end, nil)
		if err == nil && found {
			_, err = s.eachOBU(at, end, s.cleanOBU)
		}
		return err
	}
	return nil
}

// displayed are the beginnings of registered user data (ITU-T T.35) that the display of pictures depends on: HDR10+,
// HDR Vivid, ETSI's and Dolby's dynamic metadata, and the active format. Closed captions aren't among them: subtitles
// go, too.
var displayed = [][]byte{
	[]byte("\xb5\x00\x3c\x00\x01"), []byte("\x26\x00\x04\x00\x05"), []byte("\xb5\x00\x3a"), []byte("\xb5\x00\x3b"), []byte("\xb5\x00\x31DTG1"),
}

// IsDisplayed reports whether registered user data begins like one of those.
func IsDisplayed(data []byte) bool {
	for _, head := range displayed {
		if bytes.HasPrefix(data, head) {
			return true
		}
	}
	return false
}
