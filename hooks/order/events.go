package order

// Event is what an order's participants are notified of, in the contract's words (section 4).
type Event string

// The events.
const (
	EventCreated   Event = "order.created"
	EventDone      Event = "order.done"
	EventCancelled Event = "order.cancelled"
	EventReviewed  Event = "order.reviewed"
	EventReminder  Event = "order.reminder" // of a new order that is due soon
	EventOverdue   Event = "order.overdue"  // of a new order whose date has passed
)

// EventOf returns the event of a status change that by has made, and the participants who are notified of it. from is
// "" at the creation. Some changes, such as a moderator's reopening, have no event and notify no one.
func EventOf(from, to Status, by Side) (Event, []Side) {
	switch {
	case from == "":
		return EventCreated, []Side{Performer}
	case to == Done:
		return EventDone, []Side{Client}
	case to == Reviewed:
		return EventReviewed, []Side{Performer}
	case to == Cancelled && by == Client:
		return EventCancelled, []Side{Performer}
	case to == Cancelled && by == Performer:
		return EventCancelled, []Side{Client}
	case to == Cancelled:
		return EventCancelled, []Side{Client, Performer}
	}
	return "", nil
}
