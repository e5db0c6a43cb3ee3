package metadata

// rewriter goes through a file once and closes it up: what is kept moves forward over what is dropped.
type rewriter struct {
	view
	// from is how far was read, to how far was written; what is in out comes next.
	from, to int64
	out      []byte
}

func newRewriter(f File, size int64) *rewriter {
	return &rewriter{view: newView(f, size, chunk)}
}

// rest is how many bytes are still ahead.
func (r *rewriter) rest() int64 { return r.size - r.from }

// peek are the next n bytes, at most a chunk; they are good until the next call of anything.
func (r *rewriter) peek(n int) ([]byte, error) { return r.bytes(r.from, n) }

// drop leaves out the next n bytes.
func (r *rewriter) drop(n int64) error {
	if n > r.rest() {
		return errCutOff
	}
	r.from += n
	return nil
}

// keep takes over the next n bytes.
func (r *rewriter) keep(n int64) error {
	if n > r.rest() {
		return errCutOff
	}
	if r.to+int64(len(r.out)) == r.from {
		if err := r.flush(); err != nil {
			return err
		}
		r.from += n
		r.to += n
		return nil
	}
	for n > 0 {
		piece := min(n, chunk)
		b, err := r.peek(int(piece))
		if err != nil {
			return err
		}
		r.from += piece
		n -= piece
		if err := r.put(b); err != nil {
			return err
		}
	}
	return nil
}

// put writes other bytes, which must find their place in what was dropped.
func (r *rewriter) put(b []byte) error {
	if r.to+int64(len(r.out)+len(b)) > r.from {
		return unclean("there is no place for what must stay")
	}
	r.out = append(r.out, b...)
	if len(r.out) >= chunk {
		return r.flush()
	}
	return nil
}

// flush writes what was put. It lies behind all that is still to be read, so the window stays good.
func (r *rewriter) flush() error {
	if len(r.out) == 0 {
		return nil
	}
	if _, err := r.file.WriteAt(r.out, r.to); err != nil {
		return err
	}
	r.to += int64(len(r.out))
	r.out = r.out[:0]
	return nil
}

// finish cuts off all that is still ahead.
func (r *rewriter) finish() error {
	if err := r.flush(); err != nil {
		return err
	}
	if r.to == r.size {
		return nil
	}
	return r.file.Truncate(r.to)
}
