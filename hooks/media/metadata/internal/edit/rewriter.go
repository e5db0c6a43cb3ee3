package edit

// Rewriter goes through a file once and closes it up: what is kept moves forward over what is dropped.
type Rewriter struct {
	View
	// pos is how far the file has been read, to how far it has been written; out comes after that.
	pos, to int64
	out     []byte
	// fileSize is the file's, of which the view may end earlier.
	fileSize int64
}

// NewRewriter returns a rewriter at the beginning of a file of that size.
func NewRewriter(f File, size int64) *Rewriter {
	return &Rewriter{View: NewView(f, size, chunkSize), fileSize: size}
}

// Pos returns the offset of the next byte to be read.
func (r *Rewriter) Pos() int64 { return r.pos }

// Limit makes the file end earlier. Finish cuts off the rest.
func (r *Rewriter) Limit(size int64) { r.Size = size }

// Remaining is how many bytes are still ahead.
func (r *Rewriter) Remaining() int64 { return r.Size - r.pos }

// Peek are the next n bytes, at most a chunk; they are good until the next call of anything.
func (r *Rewriter) Peek(n int) ([]byte, error) { return r.Bytes(r.pos, n) }

// Drop leaves out the next n bytes.
func (r *Rewriter) Drop(n int64) error {
	if n > r.Remaining() {
		return ErrTruncated
	}
	r.pos += n
	return nil
}

// Keep takes over the next n bytes.
func (r *Rewriter) Keep(n int64) error {
	if n > r.Remaining() {
		return ErrTruncated
	}
	if r.to+int64(len(r.out)) == r.pos {
		if err := r.flush(); err != nil {
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

// Insert writes other bytes, which must find their place in what was dropped.
func (r *Rewriter) Insert(b []byte) error {
	if r.to+int64(len(r.out)+len(b)) > r.pos {
		return Unclean("there is no place for what must stay")
	}
	r.out = append(r.out, b...)
	if len(r.out) >= chunkSize {
		return r.flush()
	}
	return nil
}

// flush writes what was put. It lies behind all that is still to be read, so the window stays good.
func (r *Rewriter) flush() error {
	if len(r.out) == 0 {
		return nil
	}
	if _, err := r.File.WriteAt(r.out, r.to); err != nil {
		return err
	}
	r.to += int64(len(r.out))
	r.out = r.out[:0]
	return nil
}

// Finish cuts off all that is still ahead.
func (r *Rewriter) Finish() error {
	if err := r.flush(); err != nil {
		return err
	}
	r.Size, r.window = r.to, nil
	if r.to == r.fileSize {
		return nil
	}
	return r.File.Truncate(r.to)
}
