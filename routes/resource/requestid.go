package resource

import (
	"context"
	"log/slog"
)

// LogServerError logs an error that only the operator can act upon, with the request's context, and returns the answer to
// it, which reveals nothing. What they have in common is the request's id (routes/observe).
func LogServerError(ctx context.Context, logger *slog.Logger, message string, attributes ...any) *Error {
	logger.ErrorContext(ctx, message, attributes...)
	return ServerError
}
