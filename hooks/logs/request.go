package logs

import "context"

// RequestIDKey is the attribute by which the lines of a request are found. Its value is that of the answer's header
// X-Request-Id.
const RequestIDKey = "request_id"

// Request is what is known of a request while it is under way. Its fields are set by the request's own goroutine.
type Request struct {
	ID   string
	User string // who is signed in: a user's id, "superuser:" and an id, "" for nobody
}

type requestKey struct{}

// WithRequest returns a context by which whatever is logged with it (slog's methods that take one) gets the request's id.
func WithRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestOf returns the request that a context belongs to, nil for none.
func RequestOf(ctx context.Context) *Request {
	r, _ := ctx.Value(requestKey{}).(*Request)
	return r
}

// RequestID returns the id of the request that a context belongs to, "" for none.
func RequestID(ctx context.Context) string {
	if r := RequestOf(ctx); r != nil {
		return r.ID
	}
	return ""
}
