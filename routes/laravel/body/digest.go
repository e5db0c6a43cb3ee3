package body

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
)

// Digest identifies what a client sends: the same request again, retried by the client, has the same digest. It covers
// the text of a JSON or urlencoded body as it is, and of a multipart form the fields and files in their order, but not
// the boundary between them, which a client may choose anew for each attempt, nor the names of files, which are
// temporary ones in many apps. A nil *Digest digests nothing.
type Digest struct{ sum hash.Hash }

// NewDigest returns a digest of some texts, to which Read adds the body.
func NewDigest(texts ...string) *Digest {
	d := &Digest{sha256.New()}
	d.add(texts...)
	return d
}

// Sum returns the digest of what was added so far: 32 bytes.
func (d *Digest) Sum() []byte { return d.sum.Sum(nil) }

// add adds texts, each with its length, so that it counts where one ends.
func (d *Digest) add(texts ...string) {
	if d == nil {
		return
	}
	for _, text := range texts {
		d.sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		_, _ = io.WriteString(d.sum, text)
	}
}

// file returns a reader of a file's content. What was read through it is added when the caller calls end.
func (d *Digest) file(name string, content io.Reader) (tee io.Reader, end func()) {
	if d == nil {
		return content, func() {}
	}
	d.add("file", name)
	of := sha256.New()
	return io.TeeReader(content, of), func() { d.sum.Write(of.Sum(nil)) }
}
