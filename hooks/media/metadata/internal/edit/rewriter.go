package edit

// Rewriter passes through a file once, from front to back, and compacts it: what is kept moves forward over what was
// dropped.
type Rewriter struct {
	View
	// pos is the offset of the next byte to read, to that of the next byte to write; out is pending output for to.
	pos, to int64
	out     []byte
	// fileSize is the size of the whole file; the view may end before it.
	fileSize int64
	parts    Counter
}

// NewRewriter returns a rewriter at the beginning of a file of that size.
func NewRewriter(f File, size int64) *Rewriter {
	return &Rewriter{View: NewView(f, size, chunkSize), fileSize: size}
}

// Pos returns the offset of the next byte to be read.
func (r *Rewriter) Pos() int64 { return r.pos }

// Limit makes the file appear to end at size. Finish cuts off the rest.
func (r *Rewriter) Limit(size int64) { r.Size = size }

// Remaining returns how many bytes are left to read.
func (r *Rewriter) Remaining() int64 { return r.Size - r.pos }

// Peek returns the next n bytes, at most 64 KiB, without consuming them. They are valid until the next call of any
// method.
func (r *Rewriter) Peek(n int) ([]byte, error) { return r.Bytes(r.pos, n) }

// Drop removes the next n bytes.
func (r *Rewriter) Drop(n int64) error {
	if n > r.Remaining() {
		return ErrTruncated
	}
	r.pos += n
	return nil
}

// Part counts a part that is no image data: a segment, a chunk, an extension.
func (r *Rewriter) Part() error { return r.parts.Add("parts that are no image data") }

// Keep preserves the next n bytes.
func (r *Rewriter) Keep(n int64) error {
	if n > r.Remaining() {
		return ErrTruncated
	}
	if r.to+int64(len(r.out)) == r.pos {
		if err := r.write(); err != nil {
			return err
		}
		r.pos += n
		r.to += n
		return nil
	}
	for n > 0 {
		piece := min(n, chunkSize)
		b, err := r.Peek(int(piece))
		if err != nil {
			return err
		}
		r.pos += piece
		n -= piece
		if err := r.Insert(b); err != nil {
			return err
		}
	}
	return nil
}

// Insert adds bytes at this place. They must fit into what has been dropped so far.
func (r *Rewriter) Insert(b []byte) error {
	if r.to+int64(len(r.out)+len(b)) > r.pos {
		return Unclean("there is no place for what must stay")
	}
	r.out = append(r.out, b...)
	if len(r.out) >= chunkSize {
		return r.write()
	}
	return nil
}

// write writes the pending output. All of it lands before the bytes that are still to be read, so the window stays
// valid.
func (r *Rewriter) write() error {
	if len(r.out) == 0 {
		return nil
	}
	if err := r.count(); err != nil {
		return err
	}
	if _, err := r.File.WriteAt(r.out, r.to); err != nil {
		return err
	}
	r.to += int64(len(r.out))
	r.out = r.out[:0]
	return nil
}

// Finish writes what is pending and truncates the file there. Size is the new size then.
func (r *Rewriter) Finish() error {
	if err := r.write(); err != nil {
		return err
	}
	r.Size, r.window = r.to, nil
	if r.to == r.fileSize {
		return nil
	}
	return r.File.Truncate(r.to)
}
