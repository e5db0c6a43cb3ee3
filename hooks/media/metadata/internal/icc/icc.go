// Package icc removes from colour profiles (ICC.1:2022) what tells of the screen, the person and the day they were made
// for. Colours stay as they are.
package icc

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// MaxSize is the size in bytes of the largest profile that is read; those of presses have 3 MB.
const MaxSize = 4 << 20

const (
	headerSize = 128
	// maxTags is more tags than any profile has.
	maxTags = 256
)

var (
	// colourTags are the tags by which colours are computed (ICC.1:2022, chapter 8 and 9.2). Private tags, screens'
	// serial numbers (Apple's mmod and ndin), measurements, names and dates aren't among them.
	colourTags = edit.SetOf("A2B0 A2B1 A2B2 A2B3 B2A0 B2A1 B2A2 B2A3 B2D0 B2D1 B2D2 B2D3 D2B0 D2B1 D2B2 D2B3 pre0 pre1 pre2 gamt " +
		"rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad cicp rig0 rig2")
	// colourTypes are the types of such tags' elements, which hold numbers only; "_" stands for a space.
	colourTypes = edit.SetOf("XYZ_ curv para sf32 mft1 mft2 mAB_ mBA_ mpet cicp sig_")
	// nameTags must be in every profile. They become empty.
	nameTags = edit.SetOf("desc cprt")
)

// tag is an entry of the list of tags; its element is at an offset of the profile.
type tag struct {
	name       string
	at, length uint32
}

// Clean removes from a profile, in place, all but what colours are computed by. It returns false for what is no
// profile, which programs ignore.
func Clean(profile []byte) bool {
	if len(profile) < headerSize+4 || string(profile[36:40]) != "acsp" {
		return false
	}
	if size := binary.BigEndian.Uint32(profile); int64(size) > int64(len(profile)) || size < headerSize+4 {
		return false
	}
	count := binary.BigEndian.Uint32(profile[headerSize:])
	list := profile[headerSize+4:]
	if count > maxTags || len(list) < int(count)*12 {
		return false
	}
	var kept, names []tag
	for i := range int(count) {
		entry := list[12*i:]
		t := tag{string(entry[:4]), binary.BigEndian.Uint32(entry[4:]), binary.BigEndian.Uint32(entry[8:])}
		if int64(t.at)+int64(t.length) > int64(len(profile)) || int(t.at) < headerSize+4+int(count)*12 || t.length < 8 {
			if colourTags[t.name] {
				return false
			}
			continue
		}
		switch kind := bytes.ReplaceAll(profile[t.at:][:4], []byte(" "), []byte("_")); {
		case colourTags[t.name] && colourTypes[string(kind)]:
			kept = append(kept, t)
		case nameTags[t.name]:
			names = append(names, t)
		}
	}
	zeroUnused(profile, kept)
	for _, t := range names {
		element := emptyName(t.name, profile[8] >= 4)
		if int(t.length) < len(element) || overlaps(t, kept) {
			continue
		}
		copy(profile[t.at:], element)
		t.length = uint32(len(element))
		kept = append(kept, t)
	}
	writeTags(profile, kept)
	clearHeader(profile)
	return true
}

// zeroUnused overwrites what lies in no kept element.
func zeroUnused(profile []byte, kept []tag) {
	sorted := slices.Clone(kept)
	slices.SortFunc(sorted, func(a, b tag) int { return int(a.at) - int(b.at) })
	from := headerSize + 4
	for _, t := range sorted {
		if int(t.at) > from {
			clear(profile[from:t.at])
		}
		from = max(from, int(t.at+t.length))
	}
	clear(profile[from:])
}

// overlaps reports whether an element shares bytes with one of others.
func overlaps(t tag, others []tag) bool {
	return slices.ContainsFunc(others, func(o tag) bool { return t.at < o.at+o.length && o.at < t.at+t.length })
}

// emptyName returns the element of a name that is empty: text, or its multilingual form since version 4.
func emptyName(name string, multilingual bool) []byte {
	switch {
	case multilingual:
		return []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0c")
	case name == "desc": // textDescriptionType: three texts, of which only the first is not missing
		return append([]byte("desc\x00\x00\x00\x00\x00\x00\x00\x01"), make([]byte, 1+8+3+67)...)
	}
	return []byte("text\x00\x00\x00\x00\x00")
}

// writeTags writes the list of tags. It is no longer than it was, and what follows it was overwritten with zeros.
func writeTags(profile []byte, tags []tag) {
	slices.SortStableFunc(tags, func(a, b tag) int { return int(a.at) - int(b.at) })
	binary.BigEndian.PutUint32(profile[headerSize:], uint32(len(tags)))
	list := profile[headerSize+4:]
	for i, t := range tags {
		copy(list[12*i:], t.name)
		binary.BigEndian.PutUint32(list[12*i+4:], t.at)
		binary.BigEndian.PutUint32(list[12*i+8:], t.length)
	}
}

// clearHeader removes from the header the date, the platform, the maker and model of the device, the creating program
// and the checksum, all of which are optional.
func clearHeader(profile []byte) {
	clear(profile[4:8])     // preferred colour management
	clear(profile[24:36])   // date
	clear(profile[40:44])   // platform
	clear(profile[48:56])   // device
	clear(profile[80:100])  // creator, checksum
	clear(profile[100:128]) // reserved
}
