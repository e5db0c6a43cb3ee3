package resource

import (
	"bytes"
	jsonv1 "encoding/json"
	"encoding/json/jsontext"
	"encoding/json/v2"
	"net/http"
	"strconv"
	"sync"
)

// WriteJSON answers with body as JSON in pure ASCII. The error is one of encoding; that of a client which has hung up is
// ignored.
func WriteJSON(w http.ResponseWriter, status int, body any) error {
	encoded := encoders.Get().(*asciiWriter)
	defer encoders.Put(encoded)
	if err := encoded.encode(body); err != nil {
		return err
	}
	WriteEncoded(w, status, encoded.out)
	return nil
}

// WriteEncoded answers with a body that Encode has returned.
func WriteEncoded(w http.ResponseWriter, status int, encoded []byte) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(encoded)))
	w.WriteHeader(status)
	_, _ = w.Write(encoded) // in one piece: only then it can be compressed (package wire)
}

// Encode returns the body that WriteJSON would answer with.
func Encode(body any) ([]byte, error) {
	encoded := encoders.Get().(*asciiWriter)
	defer encoders.Put(encoded)
	if err := encoded.encode(body); err != nil {
		return nil, err
	}
	return bytes.Clone(encoded.out), nil
}

// encoders have the buffers that answers are encoded in: half of the time would be spent on growing new ones.
var encoders = sync.Pool{New: func() any { return new(asciiWriter) }}

// encoding is how answers are encoded: as encoding/json always has, but without the escapes that only HTML needs, as in
// Laravel. Text that is not valid UTF-8 is an error that names its place, and the answer a 500, as in Laravel too: no
// input leads there, only bytes that somebody put into the database by other ways, and an answer with U+FFFD in their
// place would end up in the database when an app sends the profile that it read back.
var encoding = json.JoinOptions(jsonv1.DefaultOptionsV1(), jsontext.EscapeForHTML(false), jsontext.AllowInvalidUTF8(false))

// encode replaces what the writer has collected by a value.
func (w *asciiWriter) encode(value any) error {
	w.out = w.out[:0]
	return json.MarshalWrite(w, value, encoding)
}
