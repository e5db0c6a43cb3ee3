package resource

import "net/http"

// Error is an answer that reports an error, in one of the contract's shapes.
type Error struct {
	Status int
	Body   any
}

// Error implements error.
func (e *Error) Error() string { return http.StatusText(e.Status) }

// Write answers with the error.
func (e *Error) Write(w http.ResponseWriter) error { return WriteJSON(w, e.Status, e.Body) }

// Message is the shape {"message":…} of an error.
type Message struct {
	Message string `json:"message"`
}

type statusMessage struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// Errors with a fixed message.
var (
	Unauthorized = Failure(http.StatusUnauthorized, "Unauthorized")
	NotFound     = Failure(http.StatusNotFound, "Not found")
	UserNotFound = Failure(http.StatusNotFound, "User not found")
	InvalidToken = Failure(http.StatusBadRequest, "Invalid token")
	Stopping     = Failure(http.StatusServiceUnavailable, "The server is stopping, try again later")
	Busy         = Failure(http.StatusServiceUnavailable, "The server is busy, try again later")
	Encoding     = Failure(http.StatusUnsupportedMediaType, "The Content-Encoding of the request is not supported: send it uncompressed, or compressed by gzip")
	TooSlow      = Failure(http.StatusRequestTimeout, "The request body came too slowly, try again over a faster connection")
	NoSpace      = Failure(http.StatusInsufficientStorage, "The server has no room for uploads, try again later")
	ServerError  = &Error{http.StatusInternalServerError, Message{"Server Error"}}
	TooMany      = &Error{http.StatusTooManyRequests, Message{"Too Many Attempts."}}
	Inflated     = &Error{http.StatusRequestEntityTooLarge, Message{"The request is too large: its gzip stands for more than 20 times its size."}}
	TooLarge     = &Error{http.StatusRequestEntityTooLarge, Message{"The request is too large."}}
)

// Failure returns an error in the shape {"status":"error","message":…}.
func Failure(status int, message string) *Error {
	return &Error{status, statusMessage{"error", message}}
}

// NoRoute returns the error of a path, given without its leading slash, that no route matches.
func NoRoute(path string) *Error {
	return &Error{http.StatusNotFound, Message{"The route " + path + " could not be found."}}
}

// NoMethod returns the error of a route that does not support a method. path is given without its leading slash,
// supported as in the header Allow.
func NoMethod(method, path, supported string) *Error {
	message := "The " + method + " method is not supported for route " + path + ". Supported methods: " + supported + "."
	return &Error{http.StatusMethodNotAllowed, Message{message}}
}
