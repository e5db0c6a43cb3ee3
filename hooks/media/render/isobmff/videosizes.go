package isobmff

import "io"

// EachVideoSize calls visit with the width and height of each video track of a movie, until it returns an error, which
// is then the result. What is broken may still play, so that only sizes that could be read count.
func EachVideoSize(in io.ReaderAt, size int64, visit func(width, height int) error) error {
	return descend(in, box{"", 0, size}, []string{"moov", "trak", "mdia", "minf", "stbl", "stsd"}, visit)
}

// descend follows the path of boxes down to the tracks' sample descriptions.
func descend(in io.ReaderAt, b box, path []string, visit func(width, height int) error) error {
	if len(path) == 0 {
		return eachSampleEntry(in, b, visit)
	}
	var refused error
	_ = eachBox(in, b.start, b.end, func(inner box) error {
		if inner.kind == path[0] {
			refused = descend(in, inner, path[1:], visit)
		}
		return refused
	})
	return refused
}

// eachSampleEntry reads width and height of the video sample entries (14496-12, 12.1.3): 24 bytes into each.
func eachSampleEntry(in io.ReaderAt, b box, visit func(width, height int) error) error {
	var refused error
	_ = eachBox(in, b.start+8, b.end, func(entry box) error {
		switch entry.kind {
		case "avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "dvav", "dva1", "vp08", "vp09", "av01", "mp4v", "s263", "h263", "mjpg", "jpeg", "mjpa", "mjpb":
			head, err := box{"", entry.start, min(entry.end, entry.start+28)}.content(in, 28)
			if err != nil || len(head) < 28 {
				return errBoxes
			}
			p := fields{rest: head[24:]}
			width, height := p.u16(), p.u16()
			refused = visit(width, height)
		}
		return refused
	})
	return refused
}
