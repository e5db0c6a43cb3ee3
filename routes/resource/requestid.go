package resource

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
)

// LogServerError logs an error that only the operator can act upon, and returns the answer to it, which reveals
// nothing. What they have in common is a request id: X-Request-Id in the answer, the attribute request_id in the log.
func LogServerError(w http.ResponseWriter, logger *slog.Logger, message string, attributes ...any) *Error {
	logger.Error(message, append(attributes, RequestID(w))...)
	return ServerError
}

// RequestID gives an answer a new request id, and returns it as an attribute for the log. Ids are made for answers with
// status 500 alone: no other ones are looked up in the log. One that the client sends is ignored, as it could be made
// up to hide among others.
func RequestID(w http.ResponseWriter) slog.Attr {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	text := hex.EncodeToString(id[:])
	w.Header().Set("X-Request-Id", text)
	return slog.String("request_id", text)
}
