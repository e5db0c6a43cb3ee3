package codec

// Types of units of AV1, and of metadata in them (AV1 specification, 6.2.2 and 6.7.1).
const (
	obuMetadata = 5
	obuTileList = 8
	obuPadding  = 15

	obuLightLevel  = 1
	obuMastering   = 2
	obuScalability = 3
	obuRegistered  = 4
)

// obu is a unit of AV1, with the offset of its header and the range of its content.
type obu struct {
	at, body, end int64
	head          byte
}

func (o obu) kind() byte { return o.head >> 3 & 15 }

// eachOBU calls do for each unit that needn't be kept as it is. found is false if there is none, or if the lengths of
// the units don't add up.
func (s *Stream) eachOBU(at, end int64, do func(obu) error) (found bool, err error) {
	for at < end {
		if err := s.Count(); err != nil {
			return false, err
		}
		b, err := s.View.Bytes(at, int(min(10, end-at)))
		if err != nil {
			return false, err
		}
		o := obu{at: at, head: b[0], end: end}
		n := 1 + int(b[0]>>2&1) // with the extension
		if b[0]&2 != 0 {
			length, width := leb128(b[min(n, len(b)):])
			n += width
			if width == 0 || length > uint64(end-at)-min(uint64(end-at), uint64(n)) {
				return false, nil
			}
			o.end = at + int64(n) + int64(length)
		}
		o.body = at + int64(n)
		if b[0]&0x80 != 0 || o.body > end {
			return false, nil
		}
		at = o.end
		if kind := o.kind(); kind > 0 && kind <= obuTileList && kind != obuMetadata {
			continue
		}
		found = true
		if do != nil {
			if err := do(o); err != nil {
				return false, err
			}
		}
	}
	return found, nil
}

// leb128 reads a number of at most eight bytes. width is how many it has; 0 if it is cut off.
func leb128(b []byte) (n uint64, width int) {
	for i, one := range b[:min(len(b), 8)] {
		n |= uint64(one&0x7f) << (7 * i)
		if one&0x80 == 0 {
			return n, i + 1
		}
	}
	return 0, 0
}

// cleanOBU turns a unit into padding, unless it is metadata that the display depends on.
func (s *Stream) cleanOBU(o obu) error {
	if o.kind() == obuMetadata {
		b, err := s.View.Bytes(o.body, int(min(16, o.end-o.body)))
		if err != nil {
			return err
		}
		switch kind, width := leb128(b); {
		case width == 0:
		case kind == obuLightLevel, kind == obuMastering, kind == obuScalability:
			return nil
		case kind == obuRegistered && IsDisplayed(b[width:]):
			return nil
		}
	}
	if err := s.View.Overwrite(o.at, []byte{o.head&^(15<<3) | obuPadding<<3}); err != nil || o.body == o.end {
		return err
	}
	if err := s.View.Zero(o.body, o.end-o.body-1); err != nil {
		return err
	}
	return s.View.Overwrite(o.end-1, []byte{0x80})
}
