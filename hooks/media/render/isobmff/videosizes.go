package isobmff

import "io"

// EachVideoSize calls visit with the sample entry's type, width and height of each video track of a movie, until visit returns an error,
// which becomes the result. Broken boxes are skipped without an error: a decoder may still be able to play the movie.
func EachVideoSize(in io.ReaderAt, size int64, visit func(kind string, width, height int) error) error {
	return descend(in, box{"", 0, size}, []string{"moov", "trak", "mdia", "minf", "stbl", "stsd"}, visit)
}

// descend follows a path of boxes down to the sample descriptions of the tracks.
func descend(in io.ReaderAt, b box, path []string, visit func(kind string, width, height int) error) error {
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

// eachSampleEntry reads the width and height of video sample entries (14496-12, 12.1.3), at byte 24 of each.
func eachSampleEntry(in io.ReaderAt, b box, visit func(kind string, width, height int) error) error {
	var refused error
	_ = eachBox(in, b.start+8, b.end, func(entry box) error {
		switch entry.kind {
		case "avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "dvav", "dva1", "vp08", "vp09", "av01",
			"mp4v", "s263", "h263", "mjpg", "jpeg", "mjpa", "mjpb", "dav1", "mp2v", "m2v1", "mpeg",
			"apco", "apcs", "apcn", "apch", "ap4h", "ap4x", "dvc ", "dvcp", "dvpp", "dv5n", "dv5p",
			"dvhp", "dvhq", "dvh5", "dvh6", "dvh2", "dvh3":
			head, err := box{"", entry.start, min(entry.end, entry.start+28)}.content(in, 28)
			if err != nil || len(head) < 28 {
				return errBoxes
			}
			r := fieldReader{rest: head[24:]}
			width, height := r.u16(), r.u16()
			refused = visit(entry.kind, width, height)
		}
		return refused
	})
	return refused
}
