package resource

import "net/http"

// Error is an answer that says what went wrong, in one of the contract's shapes.
type Error struct {
	Status int
	Body   any
}

// Error implements error.
func (e *Error) Error() string { return http.StatusText(e.Status) }

// Write answers with the error.
func (e *Error) Write(w http.ResponseWriter) error { return WriteJSON(w, e.Status, e.Body) }

// Message is the plain shape of an error.
type Message struct {
	Message string `json:"message"`
}

type statusMessage struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// The errors that have always the same words.
var (
	Unauthorized = Failure(http.StatusUnauthorized, "Unauthorized")
	NotFound     = Failure(http.StatusNotFound, "Not found")
	UserNotFound = Failure(http.StatusNotFound, "User not found")
	InvalidToken = Failure(http.StatusBadRequest, "Invalid token")
	Stopping     = Failure(http.StatusServiceUnavailable, "The server is stopping, try again later")
	ServerError  = &Error{http.StatusInternalServerError, Message{"Server Error"}}
	TooMany      = &Error{http.StatusTooManyRequests, Message{"Too Many Attempts."}}
	TooLarge     = &Error{http.StatusRequestEntityTooLarge, Message{"The request is too large."}}
)

// Failure is an error in the shape {"status":"error","message":…}.
func Failure(status int, message string) *Error {
	return &Error{status, statusMessage{"error", message}}
}

// NoRoute is the answer of an address that is no endpoint; path is without its first slash.
func NoRoute(path string) *Error {
	return &Error{http.StatusNotFound, Message{"The route " + path + " could not be found."}}
}

// NoMethod is the answer of an endpoint to another method than its own; path is without its first slash.
func NoMethod(method, path, supported string) *Error {
	return &Error{http.StatusMethodNotAllowed, Message{"The " + method + " method is not supported for route " + path + ". Supported methods: " + supported + "."}}
}
