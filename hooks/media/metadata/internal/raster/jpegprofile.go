package raster

import (
	"bytes"
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
	"github.com/privet/privet/hooks/media/metadata/internal/icc"
)

const (
	// profileHead begins each segment with a piece of a colour profile. The piece's number and the number of pieces follow,
	// of one byte each (ICC.1:2022, annex B.4).
	profileHead = "ICC_PROFILE\x00"
	// pieceHead is the length of all that precedes a piece in its segment.
	pieceHead = int64(4 + len(profileHead) + 2)
)

// errLargeProfile is the error for a colour profile larger than any real one.
var errLargeProfile = edit.Unclean("its colour profile is too large")

// jpegProfilePiece replaces a segment with a piece of the colour profile by the same piece of the cleaned one.
func jpegProfilePiece(r *edit.Rewriter, size int64, state *jpegState) error {
	if state.profile == nil {
		var err error
		if state.profile, err = jpegProfile(r); err != nil {
			return err
		}
	}
	piece, ok := state.profile[r.Pos()]
	if !ok {
		return r.Drop(size)
	}
	head, err := r.Copy(r.Pos(), pieceHead)
	if err != nil {
		return err
	}
	if err := r.Drop(size); err != nil {
		return err
	}
	if err := r.Insert(head); err != nil {
		return err
	}
	return r.Insert(piece)
}

// jpegProfile reads the colour profile that begins at the present segment, and cleans it. It returns its pieces by the
// offsets of their segments; none for a profile that isn't complete, which decoders ignore.
func jpegProfile(r *edit.Rewriter) (map[int64][]byte, error) {
	type segment struct{ at, length int64 }
	segments, pieces, total := map[byte]segment{}, byte(0), int64(0)
	for at := r.Pos(); at+4 <= r.Size; {
		b, err := r.Bytes(at, int(min(pieceHead, r.Size-at)))
		if err != nil {
			return nil, err
		}
		if b[0] != 0xff || b[1] == 0xff || b[1] == 0 || b[1] == markerTEM || b[1] >= markerRST0 && b[1] <= markerRST7 {
			at++ // what nextMarker skips
			continue
		}
		size := int64(binary.BigEndian.Uint16(b[2:])) + 2
		if b[1] == markerSOS || b[1] == markerEOI || size < 4 || at+size > r.Size {
			break
		}
		if b[1] == markerAPP0+2 && size >= pieceHead && bytes.HasPrefix(b[4:], []byte(profileHead)) {
			number, count := b[pieceHead-2], b[pieceHead-1]
			if _, twice := segments[number]; twice || pieces != 0 && count != pieces || number == 0 || number > count {
				return map[int64][]byte{}, nil
			}
			segments[number], pieces = segment{at, size - pieceHead}, count
			if total += size - pieceHead; total > icc.MaxSize {
				return nil, errLargeProfile
			}
		}
		at += size
	}
	if len(segments) != int(pieces) {
		return map[int64][]byte{}, nil
	}
	profile := make([]byte, 0, total)
	for number := 1; number <= int(pieces); number++ {
		one := segments[byte(number)]
		b, err := r.Copy(one.at+pieceHead, one.length)
		if err != nil {
			return nil, err
		}
		profile = append(profile, b...)
	}
	if !icc.Clean(profile) {
		return map[int64][]byte{}, nil
	}
	cleaned, rest := map[int64][]byte{}, profile
	for number := 1; number <= int(pieces); number++ {
		one := segments[byte(number)]
		cleaned[one.at], rest = rest[:one.length], rest[one.length:]
	}
	return cleaned, nil
}
