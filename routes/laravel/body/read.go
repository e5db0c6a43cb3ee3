package body

import (
	"io"
	"net/http"
	"strings"

	"github.com/privet/privet/routes/laravel/php"
)

// Options are the limits of a body and the receiver of its files.
type Options struct {
	// MaxBody limits the whole body, in bytes, as it is sent and as it is decompressed.
	MaxBody int64
	// MaxFields limits everything but the content of files, in bytes. A multipart body may exceed it by the few
	// kilobytes that its reader buffers ahead.
	MaxFields int64
	// File receives each file of a multipart form.
	File FileFunc
	// IsFile reports whether the input of a name has to be a file; nil: none has. Text in the place of such a file,
	// as from apps that send its content without a filename, has no limit of its own, and is cut short.
	IsFile func(key string) bool
	// Digest is what the body is added to; nil for none.
	Digest *Digest
	// Memory is the budget for what is received, and Client whose share of it is used; nil for no bounds.
	Memory *Memory
	Client string
}

// FileFunc reads one file of a multipart form to its end and returns the value that represents it in the input. The key
// is the name of the input that the file becomes, empty if the file is nested in an array (a[b]); filename is the
// client's name for it, without folders, as the client's bytes. Reading content fails with ErrTooLarge or a *Malformed,
// which File returns as it is; any error of File ends Read.
type FileFunc func(key, filename string, content io.Reader) (any, error)

// Read parses the body of a request in the format that its Content-Type names, compared as PHP and Laravel compare it.
// It returns the fields and, separately, the files (as FileFunc returned them); both are empty when PHP would not parse
// the body, for instance a form in a GET request. An error is ErrTooLarge, ErrEncoding, ErrMemory, a *Malformed, or an
// error of o.File.
func Read(req *http.Request, o Options) (fields, files *php.Array, err error) {
	if req.ContentLength > o.MaxBody {
		return nil, nil, ErrTooLarge
	}
	contentType := req.Header.Get("Content-Type")
	mediaType := strings.ToLower(contentType)
	if end := strings.IndexAny(mediaType, ";, "); end >= 0 { // the separators of PHP's main/SAPI.c
		mediaType = mediaType[:end]
	}
	isJSON := strings.Contains(contentType, "/json") || strings.Contains(contentType, "+json") // Laravel's Request::isJson
	isForm := req.Method != http.MethodGet && req.Method != http.MethodHead &&
		(mediaType == "application/x-www-form-urlencoded" || mediaType == "multipart/form-data")

	files = &php.Array{}
	if !isJSON && !isForm {
		return &php.Array{}, files, nil
	}
	body, err := decoded(req, o.MaxBody)
	if err != nil {
		return nil, nil, err
	}
	memory := &reservation{memory: o.Memory, client: o.Client}
	defer memory.release()
	switch {
	case isJSON:
		text, err := readAll(req, body, o.MaxFields, memory)
		if err != nil {
			return nil, nil, err
		}
		o.Digest.add("json", string(text))
		fields, err = ParseJSON(text)
		return fields, files, err
	case mediaType == "application/x-www-form-urlencoded":
		text, err := readAll(req, body, o.MaxFields, memory)
		if err != nil {
			return nil, nil, err
		}
		o.Digest.add("form", string(text))
		return ParseForm(string(text)), files, nil
	default:
		f := &multipartForm{storeFile: o.File, isFile: o.IsFile, digest: o.Digest, memory: memory}
		err := f.read(body, contentType, o.MaxFields)
		return &f.fields, &f.files, err
	}
}

// readAll reads a body that holds no files, of at most limit bytes.
func readAll(req *http.Request, body io.ReadCloser, limit int64, memory *reservation) ([]byte, error) {
	if req.ContentLength > limit {
		return nil, ErrTooLarge
	}
	text, err := io.ReadAll(&heldReader{Reader: http.MaxBytesReader(nil, body, limit), reservation: memory})
	if err != nil {
		return nil, readError(err, "The request body could not be read to its end.")
	}
	return text, nil
}
