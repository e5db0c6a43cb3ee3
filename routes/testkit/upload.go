package testkit

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"mime/multipart"
	"net/textproto"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// movie is an endless MP4 video whose bytes differ from place to place.
type movie struct{}

// movieHead is the beginning of an MP4 video up to the content of its mdat box, which extends to the end of the file,
// as does its one sample. It has no metadata: what is stored of it is what was sent.
var movieHead = func() string {
	head := movieBox("ftyp", "mp42\x00\x00\x00\x00mp42isom")
	description := func(offset int) string {
		return movieBox("moov", movieBox("trak", movieBox("tkhd", "\x00\x00\x00\x07", strings.Repeat("\x00", 8), "\x00\x00\x00\x01", strings.Repeat("\x00", 68)),
			movieBox("mdia", movieBox("mdhd", strings.Repeat("\x00", 24)), movieBox("hdlr", strings.Repeat("\x00", 8), "vide", strings.Repeat("\x00", 13)),
				movieBox("minf", movieBox("stbl", movieBox("stsd", "\x00\x00\x00\x00\x00\x00\x00\x01", movieBox("vp09", strings.Repeat("\x00", 78))),
					movieBox("stsz", "\x00\x00\x00\x00\x7f\xff\xff\xff\x00\x00\x00\x01"),
					movieBox("stsc", "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01"),
					movieBox("stco", "\x00\x00\x00\x00\x00\x00\x00\x01", string(binary.BigEndian.AppendUint32(nil, uint32(offset)))))))))
	}
	return head + description(len(head)+len(description(0))+8) + "\x00\x00\x00\x00mdat"
}()

// movieBox returns a box of an MP4.
func movieBox(kind string, content ...string) string {
	all := strings.Join(content, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(all)))) + kind + all
}

// movieBlock is the repeated content. Its length is prime, so that blocks at powers of two differ.
var movieBlock = func() []byte {
	block := make([]byte, 65521)
	for i := range block {
		block[i] = byte(i*i>>3 ^ i)
	}
	return block
}()

// ReadAt implements io.ReaderAt.
func (movie) ReadAt(p []byte, off int64) (int, error) {
	for n := 0; n < len(p); {
		n += copy(p[n:], movieBlock[(off+int64(n))%int64(len(movieBlock)):])
	}
	if off < int64(len(movieHead)) {
		copy(p, movieHead[off:])
	}
	return len(p), nil
}

// Movie returns a video of size bytes, generated as it is read.
func Movie(size int64) *io.SectionReader { return io.NewSectionReader(movie{}, 0, size) }

// Frame holds the parts of a multipart body before and after the content of a file.
type Frame struct {
	Type       string // the Content-Type
	Head, Tail []byte
}

// FrameOf returns the multipart body of a file, whose Content is ignored, followed by pairs of names and values.
func FrameOf(file File, pairs ...string) Frame {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", multipart.FileContentDisposition(file.Field, file.Name))
	header.Set("Content-Type", file.Type)
	_, _ = w.CreatePart(header) // writing to memory can't fail, here and below
	head := body.Len()
	for i := 0; i < len(pairs); i += 2 {
		_ = w.WriteField(pairs[i], pairs[i+1])
	}
	_ = w.Close()
	return Frame{w.FormDataContentType(), body.Bytes()[:head], body.Bytes()[head:]}
}

// Stream sets a multipart body of a file of size bytes, which is read from content while it is sent, followed by pairs
// of names and values. With sized the request has a Content-Length, else the body is chunked.
func (r *Request) Stream(file File, content io.Reader, size int64, sized bool, pairs ...string) *Request {
	frame := FrameOf(file, pairs...)
	if sized {
		r.length = int64(len(frame.Head)) + size + int64(len(frame.Tail))
	}
	return r.Raw(frame.Type, io.MultiReader(bytes.NewReader(frame.Head), content, bytes.NewReader(frame.Tail)))
}

// PartialUpload is an upload of which the server has stored the first half and waits for the rest.
type PartialUpload struct {
	t     interface{ Fatal(...any) }
	pipe  *io.PipeWriter
	rest  io.Reader
	ended chan struct{}

	answer *Answer // set before ended is closed
	err    error
}

// SendHalf sends the first half of a video of size bytes, and waits until the server has stored most of it. The pairs
// of names and values follow with the rest.
func (r *Request) SendHalf(size int64, pairs ...string) *PartialUpload {
	r.s.t.Helper()
	before := r.s.StoredBytes()
	frame := FrameOf(Clip(0), pairs...)
	reader, pipe := io.Pipe()
	r.Raw(frame.Type, reader)
	r.length = int64(len(frame.Head)) + size + int64(len(frame.Tail))
	content := Movie(size)
	h := &PartialUpload{t: r.s.t, pipe: pipe, ended: make(chan struct{}),
		rest: io.MultiReader(io.NewSectionReader(content, size/2, size-size/2), bytes.NewReader(frame.Tail))}
	go func() {
		h.answer, h.err = r.Try()
		close(h.ended)
	}()
	go func() {
		_, _ = io.Copy(pipe, io.MultiReader(bytes.NewReader(frame.Head), io.NewSectionReader(content, 0, size/2)))
	}()
	for range 1000 {
		if r.s.StoredBytes()-before > size/4 {
			return h
		}
		select {
		case <-h.ended:
			r.s.t.Fatal("the upload ended early: ", h.answer, h.err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	r.s.t.Fatal("nothing of the upload is stored")
	return nil
}

// Finish sends the rest and returns the answer.
func (h *PartialUpload) Finish() *Answer {
	_, err := io.Copy(h.pipe, h.rest)
	h.pipe.Close()
	<-h.ended
	if err != nil || h.err != nil {
		h.t.Fatal("the upload was cut off: ", err, h.err)
	}
	return h.answer
}

// Abort closes the connection.
func (h *PartialUpload) Abort() {
	h.pipe.CloseWithError(io.ErrUnexpectedEOF)
	<-h.ended
}

// StoredFiles lists the files in the server's storage, including those of uploads in progress.
func (s *Server) StoredFiles() []string {
	files, _ := s.stored()
	return files
}

// StoredBytes returns the size of the server's storage in bytes.
func (s *Server) StoredBytes() int64 {
	_, size := s.stored()
	return size
}

func (s *Server) stored() (files []string, size int64) {
	return listFiles(filepath.Join(s.dir, "storage"))
}

// FolderSize returns the total size of a folder's files in bytes.
func FolderSize(folder string) int64 {
	_, size := listFiles(folder)
	return size
}

// listFiles lists the files below a folder and their total size. It skips those that vanish meanwhile.
func listFiles(folder string) (files []string, size int64) {
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			files, size = append(files, path[len(folder)+1:]), size+info.Size()
		}
		return nil
	})
	slices.Sort(files)
	return files, size
}
