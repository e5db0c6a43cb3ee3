package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
	"github.com/privet/privet/hooks/media/metadata/internal/icc"
)

// profileName is the name of a PNG's colour profile, which must have one.
const profileName = "ICC"

// pngProfile cleans the colour profile in an iCCP chunk, which is compressed, and drops one that decoders ignore.
func pngProfile(r *edit.Rewriter, length int64) error {
	if length > icc.MaxSize {
		return errLargeProfile
	}
	chunk, err := r.Copy(r.Pos()+8, length)
	if err != nil {
		return err
	}
	name, compressed, ok := bytes.Cut(chunk, []byte{0})
	if !ok || len(compressed) == 0 || compressed[0] != 0 {
		return r.Drop(12 + length)
	}
	source := bytes.NewReader(compressed[1:])
	profile, err := inflate(source, min(icc.MaxSize, 256<<10+64*length))
	if err != nil {
		return err
	}
	before := bytes.Clone(profile)
	if !icc.Clean(profile) {
		return r.Drop(12 + length)
	}
	if bytes.Equal(before, profile) && string(name) == profileName && source.Len() == 0 {
		return r.Keep(12 + length)
	}
	var out bytes.Buffer
	out.WriteString("\x00\x00\x00\x00iCCP" + profileName + "\x00\x00")
	w, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(profile); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	b := out.Bytes()
	binary.BigEndian.PutUint32(b, uint32(len(b)-8))
	if err := r.Drop(12 + length); err != nil {
		return err
	}
	return r.Insert(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

// inflate decompresses a profile of at most that many bytes; nil if it can't be decompressed.
func inflate(source io.Reader, most int64) ([]byte, error) {
	z, err := zlib.NewReader(source)
	if err != nil {
		return nil, nil
	}
	profile, err := io.ReadAll(io.LimitReader(z, most+1))
	if err != nil {
		return nil, nil
	}
	if int64(len(profile)) > most {
		return nil, errLargeProfile
	}
	return profile, nil
}

// profile cleans the colour profile of a WebP, and drops one that decoders ignore.
func (w *webpFile) profile(length, whole int64) error {
	if w.profiled {
		return w.Drop(whole)
	}
	if length > icc.MaxSize {
		return errLargeProfile
	}
	chunk, err := w.Copy(w.Pos(), whole)
	if err != nil {
		return err
	}
	if err := w.Drop(whole); err != nil || !icc.Clean(chunk[8:8+length]) {
		return err
	}
	w.profiled = true
	return w.Insert(chunk)
}

// gifProfile cleans the colour profile of a GIF, whose extension begins here and has a head of 14 bytes, and drops one
// that decoders ignore.
func gifProfile(r *edit.Rewriter) error {
	out, err := r.Copy(r.Pos(), 14)
	if err != nil {
		return err
	}
	if err := r.Drop(14); err != nil {
		return err
	}
	var profile []byte
	err = gifSubBlocks(r, func(n int64) error {
		b, err := r.Peek(int(min(n, r.Remaining())))
		if err != nil {
			return err
		}
		if profile = append(profile, b[1:]...); len(profile) > icc.MaxSize {
			return errLargeProfile
		}
		return r.Drop(n)
	})
	if err != nil || !icc.Clean(profile) {
		return err
	}
	for len(profile) > 0 {
		n := min(len(profile), 255)
		out, profile = append(append(out, byte(n)), profile[:n]...), profile[n:]
	}
	return r.Insert(append(out, 0))
}
