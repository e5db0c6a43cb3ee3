package files

import "github.com/privet/privet/hooks/admission"

// SetCleaning replaces the queue of uploads that are cleaned, until restore is called.
func SetCleaning(queue *admission.Queue) (restore func()) {
	before := cleaning
	cleaning = queue
	return func() { cleaning = before }
}
