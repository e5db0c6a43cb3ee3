package render

import (
	"fmt"
	"os"
)

// checkMovie refuses a movie whose container says that its picture is larger than may be decoded. Of Matroska the
// engine itself reads and bounds the size.
func checkMovie(container string, in *os.File) error {
	if container != "mov" {
		return nil
	}
	info, err := in.Stat()
	if err != nil {
		return err
	}
	return sizes(in, box{"", 0, info.Size()}, []string{"moov", "trak", "mdia", "minf", "stbl", "stsd"})
}

// sizes follows the path of boxes down to the tracks' sample descriptions. What is broken here may still play: only a
// size that was read counts.
func sizes(in *os.File, b box, path []string) error {
	if len(path) == 0 {
		return eachEntry(in, b)
	}
	var tooLarge error
	_ = eachBox(in, b.start, b.end, func(inner box) error {
		if inner.kind == path[0] {
			tooLarge = sizes(in, inner, path[1:])
		}
		return tooLarge
	})
	return tooLarge
}

// eachEntry reads width and height of the video sample entries (14496-12, 12.1.3): 24 bytes into each.
func eachEntry(in *os.File, b box) error {
	var tooLarge error
	_ = eachBox(in, b.start+8, b.end, func(entry box) error {
		switch entry.kind {
		case "avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "dvav", "dva1", "vp08", "vp09", "av01", "mp4v", "s263", "h263", "mjpg", "jpeg", "mjpa", "mjpb":
			head, err := box{"", entry.start, min(entry.end, entry.start+28)}.content(in, 28)
			if err != nil || len(head) < 28 {
				return errBoxes
			}
			p := parser{rest: head[24:]}
			width, height := p.u16(), p.u16()
			if max(width, height) > videoLong || min(width, height) > videoShort {
				tooLarge = fmt.Errorf("%w: a video of %dx%d", ErrUnreadable, width, height)
			}
		}
		return tooLarge
	})
	return tooLarge
}
