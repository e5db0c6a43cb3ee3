package codec

import (
	"bytes"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// unitKind is what becomes of a unit of AVC, HEVC or VVC.
type unitKind int

const (
	kept unitKind = iota
	// supplemental information (SEI) is cleaned message by message.
	supplemental
	// ignored by decoders, such as filling and private units: all of the content is overwritten.
	ignored
)

// ignoredAVC are the types of units that decoders of H.264 skip (table 7-1): unspecified, reserved and filling. Not among
// them are 28 and 30, in which Dolby Vision has its second layer. Those of H.265 and H.266 are ranges.
var ignoredAVC = map[byte]bool{0: true, 12: true, 17: true, 18: true, 22: true, 23: true, 24: true, 25: true, 26: true, 27: true, 29: true, 31: true}

// head returns the length of a unit's header.
func (s *Stream) head() int64 {
	if s.Format == AVC {
		return 1
	}
	return 2
}

// kindOf returns what becomes of a unit with that header (H.264, table 7-1; H.265, table 7-1; H.266, table 5).
func (s *Stream) kindOf(head []byte) unitKind {
	switch s.Format {
	case AVC:
		switch kind := head[0] & 31; {
		case kind == 6:
			return supplemental
		case ignoredAVC[kind]:
			return ignored
		}
	case HEVC:
		switch kind := head[0] >> 1 & 63; {
		case kind == 39 || kind == 40:
			return supplemental
		case kind == 38, kind > 40 && kind < 62: // filling, reserved and unspecified; 62 and 63 are Dolby Vision's
			return ignored
		}
	case VVC:
		switch kind := head[1] >> 3; {
		case kind == 23 || kind == 24:
			return supplemental
		case kind > 24: // filling, reserved and unspecified
			return ignored
		}
	}
	return kept
}

// cleanUnit cleans a unit of that kind between two offsets.
func (s *Stream) cleanUnit(kind unitKind, at, end int64) error {
	at += s.head()
	switch {
	case at >= end:
	case kind == supplemental:
		return s.cleanSEI(at, end)
	case kind == ignored: // up to its last byte, which isn't 0 and ends filling
		p := &payload{view: s.View, at: at, end: end}
		return p.blank(end - 1)
	}
	return nil
}

// eachUnit calls do for each unit that isn't kept as it is, with a length before each. found is false if there is none, and
// whole if the lengths of the units don't add up; of the last unit do gets the part that is there.
func (s *Stream) eachUnit(at, end int64, do func(kind unitKind, at, end int64) error) (found, whole bool, err error) {
	head := s.head()
	for at < end {
		if err := s.Count(); err != nil {
			return found, false, err
		}
		if end-at < int64(s.Width) {
			return found, false, nil
		}
		b, err := s.View.Bytes(at, int(min(int64(s.Width)+head, end-at)))
		if err != nil {
			return found, false, err
		}
		var length int64
		for _, one := range b[:s.Width] {
			length = length<<8 | int64(one)
		}
		if length == 0 { // filling, in which many lengths of zero follow one another
			b, err := s.View.Bytes(at, int(min(edit.PageSize, end-at)))
			if err != nil {
				return found, false, err
			}
			zeros := len(b) - len(bytes.TrimLeft(b, "\x00"))
			at += int64(zeros - zeros%s.Width)
			continue
		}
		from := at + int64(s.Width)
		whole = length <= end-from
		at = from + min(length, end-from)
		if at-from >= head {
			if kind := s.kindOf(b[s.Width:]); kind != kept {
				found = true
				if do != nil {
					if err := do(kind, from, at); err != nil {
						return found, false, err
					}
				}
			}
		}
		if !whole {
			return found, false, nil
		}
	}
	return found, true, nil
}

// startCode is what is before each unit where there are no lengths (H.264, annex B).
var startCode = []byte{0, 0, 1}

// beginsWithStartCode reports whether a sample begins so.
func (s *Stream) beginsWithStartCode(at, end int64) (bool, error) {
	b, err := s.View.Bytes(at, int(min(4, end-at)))
	if err != nil || len(b) < 4 {
		return false, err
	}
	return bytes.HasPrefix(b, startCode) || b[0] == 0 && bytes.HasPrefix(b[1:], startCode), nil
}

// startCodes cleans the units between two offsets, with a start code before each.
func (s *Stream) startCodes(at, end int64) error {
	from, err := s.nextStartCode(at, end)
	if err != nil {
		return err
	}
	for from < end {
		if err := s.Count(); err != nil {
			return err
		}
		next, err := s.nextStartCode(from, end)
		if err != nil {
			return err
		}
		until := next
		if next < end {
			until -= int64(len(startCode))
		}
		for until > from { // no unit ends with a zero
			n := min(edit.PageSize, until-from)
			b, err := s.View.Bytes(until-n, int(n))
			if err != nil {
				return err
			}
			if left := int64(len(bytes.TrimRight(b, "\x00"))); left > 0 {
				until -= n - left
				break
			}
			until -= n
		}
		if until-from >= s.head() {
			b, err := s.View.Bytes(from, int(s.head()))
			if err != nil {
				return err
			}
			if err := s.cleanUnit(s.kindOf(b), from, until); err != nil {
				return err
			}
		}
		from = next
	}
	return nil
}

// nextStartCode returns the offset after the next start code; end if there is none.
func (s *Stream) nextStartCode(at, end int64) (int64, error) {
	for end-at >= int64(len(startCode)) {
		b, err := s.View.Bytes(at, int(min(edit.PageSize, end-at)))
		if err != nil {
			return 0, err
		}
		if i := bytes.Index(b, startCode); i >= 0 {
			return at + int64(i+len(startCode)), nil
		}
		at += int64(len(b) - len(startCode) + 1)
	}
	return end, nil
}
