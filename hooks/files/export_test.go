package files

import (
	"time"

	"github.com/privet/privet/hooks/admission"
)

// SetMaxIdle replaces how long an object store may be silent, until restore is called.
func SetMaxIdle(limit time.Duration) (restore func()) {
	before := maxIdle
	maxIdle = limit
	return func() { maxIdle = before }
}

// SetCleaning replaces the queue of uploads that are cleaned, until restore is called.
func SetCleaning(queue *admission.Queue) (restore func()) {
	before := cleaning
	cleaning = queue
	return func() { cleaning = before }
}
