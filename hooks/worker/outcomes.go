package worker

import "sync"

// Outcomes writes down what became of the items of a queue whose work leaves the process. Nothing must be sent that can't be written
// down, as on a full disk: it would be sent again and again, and what is behind it never. So an outcome that can't be written is
// remembered until it can, and until then Settle tells not to send anything.
type Outcomes[Outcome any] struct {
	// Write writes an outcome down.
	Write func(id string, o Outcome) error

	// Report gets what each Write has returned.
	Report func(err error)

	mu        sync.Mutex
	unwritten map[string]Outcome // by the item's id
}

// Record writes down the outcome of an item, or remembers it.
func (o *Outcomes[Outcome]) Record(id string, outcome Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.unwritten == nil {
		o.unwritten = map[string]Outcome{}
	}
	o.unwritten[id] = outcome
	o.settle()
}

// Settle writes down the outcomes that are remembered, and reports whether none is left.
func (o *Outcomes[Outcome]) Settle() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.settle()
}

func (o *Outcomes[Outcome]) settle() bool {
	for id, outcome := range o.unwritten {
		err := o.Write(id, outcome)
		o.Report(err)
		if err != nil {
			return false
		}
		delete(o.unwritten, id)
	}
	return true
}
