// Package order holds an order's life: its statuses, its two sides and the moves between them
// (contract section 4). It knows no database and no HTTP.
package order

// Status is where an order stands, in the words that moderators read.
type Status string

// The statuses of an order.
const (
	New       Status = "new"
	Done      Status = "done"
	Cancelled Status = "cancelled"
	Reviewed  Status = "reviewed"
)

// Side is who acts on an order.
type Side string

// The sides. Moderator and System may set any status.
const (
	Client    Side = "client"
	Performer Side = "performer"
	Moderator Side = "moderator"
	System    Side = "system"
)

// State is what the rules need to know of an order as it stands.
type State struct {
	Status     Status
	HasMedia   bool
	Rating     float64 // 0: not rated
	RatingText string
}

// Request is what the client or the performer asks to change. Zero values ask for nothing.
type Request struct {
	Status     Status
	CancelText string
	Rating     float64 // 1 to 5
	RatingText string
	Media      bool // a file comes with it
}

// Change is what a granted request does. Zero values leave things as they are.
type Change struct {
	Status     Status
	CancelText string // only with Cancelled
	Rating     float64
	RatingText string
	KeepMedia  bool // the file that came belongs to the order now
}

// Field names the part of a request that a Refusal is about.
type Field string

// The fields that rules refuse.
const (
	FieldStatus Field = "status"
	FieldMedia  Field = "media"
	FieldRating Field = "rating_rate"
)

// Reason is why a field was refused.
type Reason int

// The reasons.
const (
	Invalid    Reason = iota // no such move, or not this side's to make
	Required                 // the move needs it
	Prohibited               // it can't be given now
)

// Refusal says which field of a request breaks which rule.
type Refusal struct {
	Field  Field
	Reason Reason
}

// Error implements error.
func (r *Refusal) Error() string {
	return "order: " + string(r.Field) + " is " + [...]string{"invalid", "required", "prohibited"}[r.Reason]
}
