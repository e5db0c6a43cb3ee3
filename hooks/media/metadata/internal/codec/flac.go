package codec

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// PadFLAC turns the metadata blocks of a FLAC header, which lies between two offsets, into padding, except for the
// mandatory STREAMINFO (RFC 9639, section 8).
func PadFLAC(v *edit.View, at, end int64) error {
	for at < end {
		if end-at < 4 {
			return edit.Unclean("a header of FLAC is cut off")
		}
		b, err := v.Bytes(at, 4)
		if err != nil {
			return err
		}
		last, kind := b[0]&0x80, b[0]&0x7f
		length := int64(binary.BigEndian.Uint32(b) & 0xffffff)
		if length > end-at-4 {
			return edit.Unclean("a header of FLAC is cut off")
		}
		if kind != 0 {
			if err := v.Overwrite(at, []byte{last | 1}); err != nil {
				return err
			}
			if err := v.Zero(at+4, length); err != nil {
				return err
			}
		}
		at += 4 + length
		if last != 0 {
			return v.Zero(at, end-at)
		}
	}
	return nil
}
