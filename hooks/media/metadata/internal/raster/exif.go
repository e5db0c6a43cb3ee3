package raster

import (
	"bytes"
	"encoding/binary"
	"io"
)

const (
	orientationTag = 0x0112
	// maxFields is more fields than any camera writes into one directory.
	maxFields = 1024
	// orientationEXIFSize is the length of what orientationEXIF returns.
	orientationEXIFSize = 26
)

// orientationEXIF returns the smallest EXIF (a TIFF file) that holds the orientation and nothing else.
func orientationEXIF(orientation int) []byte {
	return []byte{
		'M', 'M', 0, 42, 0, 0, 0, 8,
		0, 1, orientationTag >> 8, orientationTag & 0xff, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0,
		0, 0, 0, 0,
	}
}

// readOrientation returns the orientation (1 to 8) from the EXIF of the given size at an offset of a file; 1, which is
// upright, when there is none that can be read. A prefix of the TIFF header ("Exif" and two bytes) is skipped.
func readOrientation(f io.ReaderAt, at, size int64) int {
	var head [8]byte
	if _, err := io.NewSectionReader(f, at, size).ReadAt(head[:], 0); err != nil {
		return 1
	}
	if bytes.HasPrefix(head[:], []byte("Exif\x00")) {
		at, size = at+6, size-6
	}
	if size < orientationEXIFSize {
		return 1
	}
	part := io.NewSectionReader(f, at, size)
	if _, err := part.ReadAt(head[:], 0); err != nil {
		return 1
	}
	var order binary.ByteOrder
	switch string(head[:4]) {
	case "MM\x00*":
		order = binary.BigEndian
	case "II*\x00":
		order = binary.LittleEndian
	default:
		return 1
	}
	directory := int64(order.Uint32(head[4:]))
	var count [2]byte
	if _, err := part.ReadAt(count[:], directory); err != nil {
		return 1
	}
	fields := make([]byte, 12*min(int64(order.Uint16(count[:])), maxFields))
	n, _ := part.ReadAt(fields, directory+2) // one that is cut off has those fields that are there
	for fields = fields[:n]; len(fields) >= 12; fields = fields[12:] {
		field := fields[:12]
		if order.Uint16(field) != orientationTag {
			continue
		}
		value := uint32(order.Uint16(field[8:]))
		if order.Uint16(field[2:]) == 4 { // LONG instead of SHORT, as some programs write it
			value = order.Uint32(field[8:])
		}
		if value >= 1 && value <= 8 {
			return int(value)
		}
		return 1
	}
	return 1
}
