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
	var found bool
	var err error
	switch s.Format {
	case DV:
		return s.cleanDV(at, end)
	case AVC, HEVC, VVC:
		if found, err = s.eachUnit(at, end, nil); err == nil && found {
			_, err = s.eachUnit(at, end, s.cleanSEI)
		}
	case AV1:
		if found, err = s.eachOBU(at, end, nil); err == nil && found {
			_, err = s.eachOBU(at, end, s.cleanOBU)
		}
	}
	return err
}

// eachUnit calls do for the content of each unit with supplemental information (SEI). found is false if there is none,
// or if the lengths of the units don't add up.
func (s *Stream) eachUnit(at, end int64, do func(at, end int64) error) (found bool, err error) {
	head := int64(2) // of a unit
	if s.Format == AVC {
		head = 1
	}
	for at < end {
		if err := s.Count(); err != nil {
			return false, err
		}
		if end-at < int64(s.Width) {
			return false, nil
		}
		b, err := s.View.Bytes(at, int(min(int64(s.Width)+head, end-at)))
		if err != nil {
			return false, err
		}
		var length int64
		for _, one := range b[:s.Width] {
			length = length<<8 | int64(one)
		}
		if length == 0 { // filling, in which many lengths of zero follow one another
			b, err := s.View.Bytes(at, int(min(edit.PageSize, end-at)))
			if err != nil {
				return false, err
			}
			zeros := len(b) - len(bytes.TrimLeft(b, "\x00"))
			at += int64(zeros - zeros%s.Width)
			continue
		}
		from := at + int64(s.Width)
		if length > end-from {
			return false, nil
		}
		at = from + length
		if length < head || !s.isSEI(b[s.Width:]) {
			continue
		}
		found = true
		if do != nil {
			if err := do(from+head, at); err != nil {
				return false, err
			}
		}
	}
	return found, nil
}

// isSEI reports whether a unit that begins so holds supplemental information (H.264, table 7-1; H.265, table 7-1;
// H.266, table 5).
func (s *Stream) isSEI(head []byte) bool {
	switch s.Format {
	case AVC:
		return head[0]&31 == 6
	case HEVC:
		return head[0]>>1&63 == 39 || head[0]>>1&63 == 40
	case VVC:
		return head[1]>>3 == 23 || head[1]>>3 == 24
	}
	return false
}

// displayed are the beginnings of registered user data (ITU-T T.35) that the display of pictures depends on: HDR10+,
// HDR Vivid, ETSI's and Dolby's dynamic metadata, and the active format. Closed captions aren't among them: subtitles
// go, too.
var displayed = [][]byte{
	[]byte("\xb5\x00\x3c\x00\x01"), []byte("\x26\x00\x04\x00\x05"), []byte("\xb5\x00\x3a"), []byte("\xb5\x00\x3b"), []byte("\xb5\x00\x31DTG1"),
}

// isDisplayed reports whether registered user data begins like one of those.
func isDisplayed(data []byte) bool {
	for _, head := range displayed {
		if bytes.HasPrefix(data, head) {
			return true
		}
	}
	return false
}
