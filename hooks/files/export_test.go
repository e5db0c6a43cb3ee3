package files

import (
	"time"

	"github.com/privet/privet/hooks/admission"
)

// SetPatience replaces how long an object store may be silent, until restore is called.
func SetPatience(limit time.Duration) (restore func()) {
	before := patience
	patience = limit
	return func() { patience = before }
}

// SetCleaning replaces the queue of uploads that are cleaned, until restore is called.
func SetCleaning(queue *admission.Queue) (restore func()) {
	before := cleaning
	cleaning = queue
	return func() { cleaning = before }
}
