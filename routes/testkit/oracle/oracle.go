// Package oracle measures how clean a file is: it lists what exiftool, and of pictures also imagemeta, find in the file
// as it was uploaded, and searches for every text and every number of that in the bytes that are served.
package oracle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/bep/imagemeta"
)

// shortest is how many characters or digits a value has at least that is searched for.
const shortest = 6

// Value is one that was found in a file.
type Value struct {
	Tag    string // with its group
	Text   string
	Number bool
	// forms are the bytes that the value may be stored as.
	forms [][]byte
}

// imageFormats are the media types that imagemeta reads.
var imageFormats = map[string]imagemeta.ImageFormat{
	"image/jpeg": imagemeta.JPEG, "image/png": imagemeta.PNG, "image/apng": imagemeta.PNG, "image/webp": imagemeta.WebP,
	"image/heic": imagemeta.HEIF, "image/heif": imagemeta.HEIF, "image/avif": imagemeta.AVIF,
}

// Find lists what a file of that media type tells beyond its format: texts of six characters or more, and numbers that
// are recognizable among other bytes.
func Find(t testing.TB, path, mime string) []Value {
	t.Helper()
	tags := Tags(t, path)[0]
	format := map[string]bool{} // values that the format itself needs, and that others may equal
	for tag, value := range tags {
		if Harmless(tag, value) {
			format[fmt.Sprint(value)] = true
		}
	}
	var found []Value
	add := func(tag string, value any) {
		for _, one := range flat(value) {
			if text := fmt.Sprint(one); !format[text] {
				if v := valueOf(tag, one); len(v.forms) > 0 {
					found = append(found, v)
				}
			}
		}
	}
	for tag, value := range tags {
		if !Harmless(tag, value) {
			add(tag, value)
		}
	}
	kind, ok := imageFormats[mime]
	if !ok {
		return found
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	// What it can't read is no matter here: exiftool reads it as well.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: file, ImageFormat: kind, Timeout: 10 * time.Second,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if tag.Tag != "Orientation" && !strings.Contains(tag.Tag, "Offset") {
				add(fmt.Sprintf("imagemeta's %v:%s", tag.Source, tag.Tag), tag.Value)
			}
			return nil
		},
	})
	return found
}

// flat returns a value, or what a list consists of.
func flat(value any) (all []any) {
	switch list := value.(type) {
	case []any:
		for _, one := range list {
			all = append(all, flat(one)...)
		}
	case []string:
		for _, one := range list {
			all = append(all, one)
		}
	case map[string]any:
		for _, one := range list {
			all = append(all, flat(one)...)
		}
	default:
		all = []any{value}
	}
	return all
}

// valueOf returns a value with its forms; without any if it can't be told from other bytes.
func valueOf(tag string, value any) Value {
	v := Value{Tag: tag, Text: strings.Trim(fmt.Sprint(value), "\x00 ")}
	if rational, ok := value.(interface {
		String() string
		Float64() float64
	}); ok {
		v.Number = true
		v.addRational(rational.String())
		return v
	}
	if number, err := strconv.ParseFloat(v.Text, 64); err == nil {
		switch value.(type) {
		case string:
		default:
			v.Number = true
			v.addNumber(number)
		}
	}
	if at, err := time.Parse("2006:01:02 15:04:05", v.Text[:min(len(v.Text), 19)]); err == nil && at.Year() > 1904 {
		const since1904 = 2_082_844_800
		v.add32(uint32(at.Unix() + since1904))
		if at.Year() > 1970 {
			v.add32(uint32(at.Unix()))
		}
		v.addText(at.Format("2006-01-02T15:04:05"))
		v.addText(at.Format("2006-01-02 15:04:05"))
	}
	if len(v.Text) >= shortest && !strings.HasPrefix(v.Text, "(Binary data") && len(strings.Trim(v.Text, "0:. \x00")) >= 2 {
		v.addText(v.Text)
	}
	return v
}

// addText adds the encodings of a text.
func (v *Value) addText(text string) {
	v.forms = append(v.forms, []byte(text))
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		little, big = binary.LittleEndian.AppendUint16(little, unit), binary.BigEndian.AppendUint16(big, unit)
	}
	v.forms = append(v.forms, little, big)
}

// addNumber adds the binary forms of a number.
func (v *Value) addNumber(number float64) {
	if number == math.Trunc(number) {
		if number >= 1<<16 && number < 1<<32 {
			v.add32(uint32(number))
		}
		if number >= 1<<32 && number < 1<<63 {
			v.add64(uint64(number))
		}
		return
	}
	v.add32(math.Float32bits(float32(number)))
	v.add64(math.Float64bits(number))
	// A coordinate as degrees and minutes, each over 1, the way Exif has them.
	if degrees := math.Abs(number); degrees < 181 && strings.Contains(v.Tag, "GPSL") {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			var b []byte
			for _, part := range []uint32{uint32(degrees), 1, uint32(degrees*60) % 60, 1} {
				b = order.AppendUint32(b, part)
			}
			v.forms = append(v.forms, b)
		}
	}
}

// addRational adds a fraction such as 10/2500, unless both of its numbers are small.
func (v *Value) addRational(text string) {
	over, under, _ := strings.Cut(text, "/")
	a, err := strconv.ParseInt(over, 10, 64)
	if err != nil {
		return
	}
	b := int64(1)
	if under != "" {
		if b, err = strconv.ParseInt(under, 10, 64); err != nil {
			return
		}
	}
	if max(a, -a, b, -b) < 1<<16 && min(max(a, -a), max(b, -b)) < 1<<8 {
		return
	}
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		v.forms = append(v.forms, order.AppendUint32(order.AppendUint32(nil, uint32(a)), uint32(b)))
	}
}

// add32 and add64 add a number in both byte orders, if it has enough bytes other than zero.
func (v *Value) add32(n uint32) {
	v.addBinary(binary.BigEndian.AppendUint32(nil, n), binary.LittleEndian.AppendUint32(nil, n))
}

func (v *Value) add64(n uint64) {
	v.addBinary(binary.BigEndian.AppendUint64(nil, n), binary.LittleEndian.AppendUint64(nil, n))
}

func (v *Value) addBinary(forms ...[]byte) {
	for _, form := range forms {
		if len(form)-bytes.Count(form, []byte{0})-bytes.Count(form, []byte{0xff}) >= 3 {
			v.forms = append(v.forms, form)
		}
	}
}

// mostForShort is up to how many bytes four of them are searched for: in a larger file they are found by chance.
const mostForShort = 4 << 20

// Remaining returns which values are in a content: as they are, or once the bytes that prevent the emulation of start codes
// in coded pictures are left out.
func Remaining(values []Value, content []byte) (remaining []Value) {
	plain := bytes.ReplaceAll(content, []byte{0, 0, 3}, []byte{0, 0})
	for _, v := range values {
		if slices.ContainsFunc(v.forms, func(form []byte) bool {
			if len(form) <= 4 && len(content) > mostForShort {
				return false
			}
			return bytes.Contains(content, form) || bytes.Contains(plain, form)
		}) {
			remaining = append(remaining, v)
		}
	}
	return remaining
}

// Leftovers returns the tags beyond those of its format that exiftool finds in a cleaned file.
func Leftovers(t testing.TB, path string) (tags []string) {
	t.Helper()
	for tag, value := range Tags(t, path)[0] {
		named := strings.HasSuffix(tag, "ingApp") || strings.HasPrefix(tag, "ICC_Profile:ProfileDescription") || strings.HasPrefix(tag, "ICC_Profile:ProfileCopyright")
		if !Harmless(tag, value) || named && value != "" {
			tags = append(tags, fmt.Sprintf("%s: %v", tag, value))
		}
	}
	slices.Sort(tags)
	return tags
}
