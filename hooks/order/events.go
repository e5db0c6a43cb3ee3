package order

// Event is what the sides of an order are told of, in the contract's words (section 4).
type Event string

// The events.
const (
	Created   Event = "order.created"
	Finished  Event = "order.done"
	Withdrawn Event = "order.cancelled"
	Rated     Event = "order.reviewed"
)

// Announce says what a change of status is told as, and to whom. from is "" at the creation. Some changes, as a
// moderator's reopening, are told to nobody.
func Announce(from, to Status, by Side) (Event, []Side) {
	switch {
	case from == "":
		return Created, []Side{Performer}
	case to == Done:
		return Finished, []Side{Client}
	case to == Reviewed:
		return Rated, []Side{Performer}
	case to == Cancelled && by == Client:
		return Withdrawn, []Side{Performer}
	case to == Cancelled && by == Performer:
		return Withdrawn, []Side{Client}
	case to == Cancelled:
		return Withdrawn, []Side{Client, Performer}
	}
	return "", nil
}
