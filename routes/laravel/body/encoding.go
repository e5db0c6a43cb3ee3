package body

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
)

// decoded returns the body of a request without its Content-Encoding (RFC 9110, section 8.4): gzip is undone, any other
// is ErrEncoding. At most limit bytes can be read, of the body as it is sent and as it is decoded, so that a few bytes
// that stand for many cost no more than a body of that size.
func decoded(req *http.Request, limit int64) (io.ReadCloser, error) {
	body := http.MaxBytesReader(nil, req.Body, limit)
	zipped := false
	for _, line := range req.Header["Content-Encoding"] {
		for coding := range strings.SplitSeq(line, ",") {
			switch coding = strings.ToLower(strings.Trim(coding, " \t")); {
			case coding == "" || coding == "identity":
			case (coding == "gzip" || coding == "x-gzip") && !zipped:
				zipped = true
			default:
				return nil, ErrEncoding
			}
		}
	}
	if !zipped {
		return body, nil
	}
	return http.MaxBytesReader(nil, &gunzip{source: counted{ReadCloser: body}}, limit), nil
}

// A compressed body may stand for freeInflation bytes, which is as much as the fields of a body may have, and for
// maxInflation more for each of its own. Media are compressed by their formats, and text shrinks to a third or a tenth; gzip
// itself gets to a thousandth, so that 640 KB would cost as much as 640 MB do.
const (
	freeInflation = 1 << 20
	maxInflation  = 20
)

// gunzip reads what a gzip stream stands for. Nothing at all is an empty body; a stream that is broken or cut off is a
// *Malformed, and one that stands for too many bytes ErrInflated.
type gunzip struct {
	source   counted
	reader   *gzip.Reader
	inflated int64 // bytes read so far
	err      error
}

// counted is a body of which the bytes read so far are counted.
type counted struct {
	io.ReadCloser
	read int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.read += int64(n)
	return n, err
}

// Read implements io.Reader.
func (g *gunzip) Read(p []byte) (int, error) {
	if g.reader == nil && g.err == nil {
		g.reader, g.err = gzip.NewReader(&g.source)
	}
	n := 0
	if g.err == nil {
		n, g.err = g.reader.Read(p)
		if g.inflated += int64(n); g.inflated > freeInflation+maxInflation*g.source.read {
			g.err = ErrInflated
		}
	}
	if g.err == nil || errors.Is(g.err, io.EOF) {
		return n, g.err
	}
	return n, readError(g.err, "The gzip body is broken, or ends too early.")
}

// Close implements io.Closer.
func (g *gunzip) Close() error { return g.source.Close() }
