package codec

import "github.com/privet/privet/hooks/media/metadata/internal/edit"

// Types of supplemental information (H.274, table 1).
const (
	seiRegistered   = 4
	seiUnregistered = 5
	seiTimeCode     = 136 // of HEVC and VVC
	seiNewest       = 200 // the first of those that no display depends on: annotations, capture times, texts, signatures
	seiReserved     = 254 // which decoders skip
)

// payload reads the bytes of a unit without those that prevent the emulation of start codes: 3 after two zeros.
type payload struct {
	view    *edit.View
	at, end int64
	zeros   int
}

// next returns the next byte and its offset. more is false at the end.
func (p *payload) next() (b byte, at int64, more bool, err error) {
	for p.at < p.end {
		read, err := p.view.Bytes(p.at, 1)
		if err != nil {
			return 0, 0, false, err
		}
		b, at := read[0], p.at
		p.at++
		switch {
		case b == 3 && p.zeros >= 2:
			p.zeros = 0
			continue
		case b == 0:
			p.zeros++
		default:
			p.zeros = 0
		}
		return b, at, true, nil
	}
	return 0, 0, false, nil
}

// number reads a type or a size: bytes that are added up, up to the first that isn't 255. at is the offset of the last.
func (p *payload) number() (n, at int64, more bool, err error) {
	for {
		b, here, more, err := p.next()
		if err != nil || !more {
			return 0, 0, false, err
		}
		if n += int64(b); b != 255 {
			return n, here, true, nil
		}
	}
}

// cleanSEI overwrites user data, time codes and the newest kinds among the messages of a unit.
func (s *Stream) cleanSEI(at, end int64) error {
	p := &payload{view: s.View, at: at, end: end}
	for {
		kind, kindAt, more, err := p.number()
		if err != nil || !more {
			return err
		}
		size, _, more, err := p.number()
		if err != nil || !more { // kind was the unit's last byte, which isn't a message
			return err
		}
		if size > p.end-p.at && p.end < s.View.Size { // else a recording that was interrupted
			return nil
		}
		begin, head := *p, [8]byte{}
		for i := range size {
			b, _, more, err := p.next()
			if err != nil {
				return err
			}
			if !more {
				break
			}
			if i < int64(len(head)) {
				head[i] = b
			}
		}
		switch {
		case kind == seiTimeCode && s.Format != AVC, kind >= seiNewest && kind <= seiReserved:
			if err := s.View.Overwrite(kindAt, []byte{seiReserved}); err != nil {
				return err
			}
		case kind == seiRegistered && !IsDisplayed(head[:min(size, 8)]):
		case kind == seiUnregistered, kind > seiReserved:
		default:
			continue
		}
		if err := begin.blank(p.at); err != nil {
			return err
		}
	}
}

// blank overwrites the bytes up to an offset. Zeros before a byte that prevents emulation stay, and so does that byte,
// so that the unit keeps its length; others become 255, which emulates nothing, and 1 after a byte that prevents
// emulation.
func (p *payload) blank(end int64) error {
	var zeros []int64 // not overwritten yet, as they may have to stay
	flush := func() error {
		for _, at := range zeros {
			if err := p.fill(at); err != nil {
				return err
			}
		}
		zeros = zeros[:0]
		return nil
	}
	prevented := false
	for p.at < p.end {
		b, err := p.view.Bytes(p.at, 1)
		if err != nil {
			return err
		}
		one := b[0]
		if one == 3 && p.zeros >= 2 {
			zeros, p.zeros, prevented = zeros[:0], 0, true
			p.at++
			continue
		}
		if p.at >= end {
			break
		}
		switch {
		case prevented:
			if err := p.view.Overwrite(p.at, []byte{1}); err != nil {
				return err
			}
		case one == 0:
			if len(zeros) == 2 {
				if err := p.fill(zeros[0]); err != nil {
					return err
				}
				zeros = append(zeros[:0], zeros[1])
			}
			zeros = append(zeros, p.at)
		default:
			if err := flush(); err != nil {
				return err
			}
			if err := p.fill(p.at); err != nil {
				return err
			}
		}
		if one == 0 && !prevented {
			p.zeros++
		} else {
			p.zeros = 0
		}
		prevented = false
		p.at++
	}
	return flush()
}

// fill overwrites a byte with 255.
func (p *payload) fill(at int64) error { return p.view.Overwrite(at, []byte{255}) }
