package codec

// A frame of DV consists of blocks of 80 bytes, of which three are a header (IEC 61834-2, SMPTE 314M). Between those of
// pictures and sound there are blocks of packs, of five bytes each: an identifier and four bytes.
const (
	dvBlock = 80
	dvPack  = 5

	dvHeader  = 0x1f // the first byte of a frame
	dvSubcode = 1
	dvVAUX    = 2
	dvAudio   = 3
)

// dvKept are the identifiers of the packs that describe the coding of sound and pictures. Others are the date and the
// time of recording, time codes, texts, settings of the camera; 0xff is none.
var dvKept = map[byte]bool{0x50: true, 0x51: true, 0x60: true, 0x61: true}

// cleanDV overwrites the packs of a frame that aren't needed.
func (s *Stream) cleanDV(at, end int64) error {
	for first := true; end-at >= dvBlock; at += dvBlock {
		if err := s.Count(); err != nil {
			return err
		}
		b, err := s.View.Bytes(at, dvBlock)
		if err != nil {
			return err
		}
		if first && b[0] != dvHeader {
			return nil
		}
		first = false
		from, step, count := 0, 0, 0
		switch b[0] >> 5 {
		case dvSubcode: // six of them, each after a header of three bytes
			from, step, count = 6, 8, 6
		case dvVAUX:
			from, step, count = 3, dvPack, 15
		case dvAudio:
			from, step, count = 3, dvPack, 1
		}
		for i := range count {
			pack := b[from+i*step:][:dvPack]
			if dvKept[pack[0]] {
				continue
			}
			if err := s.View.Overwrite(at+int64(from+i*step), []byte{0xff, 0xff, 0xff, 0xff, 0xff}); err != nil {
				return err
			}
		}
	}
	return nil
}
