// Package order holds the rules of an order's life (contract section 4): its statuses, the transitions between them,
// who may make each, and who is notified. It is pure: it knows no database and no HTTP.
package order

// Status is the status of an order, in the words that the dashboard shows.
type Status string

// The statuses of an order.
const (
	New       Status = "new"
	Done      Status = "done"
	Cancelled Status = "cancelled"
	Reviewed  Status = "reviewed"
)

// Side is the role in which somebody acts on an order.
type Side string

// The sides. Client and Performer are an order's participants, whose requests Decide decides. Moderator and System may
// set any status.
const (
	Client    Side = "client"
	Performer Side = "performer"
	Moderator Side = "moderator"
	System    Side = "system"
)

// MaxMedia is the number of files that an order may have: some takes of a greeting, and not a place to store files.
const MaxMedia = 20

// State is the part of an order that Decide depends on.
type State struct {
	Status     Status
	Media      int     // files delivered so far
	Rating     float64 // 0: not rated
	RatingText string
}

// Request is what a participant wants to change. Zero values leave things as they are.
type Request struct {
	Status     Status
	CancelText string
	Rating     float64 // 1 to 5
	RatingText string
	Media      bool // the request has a file
}

// Change is what a granted request changes. Zero values leave things as they are.
type Change struct {
	Status     Status
	CancelText string // only with Cancelled
	Rating     float64
	RatingText string
	AddMedia   bool // the file of the request becomes the order's
}

// Field is the part of a request that a Refusal is about.
type Field string

// The fields that Decide refuses.
const (
	FieldStatus Field = "status"
	FieldMedia  Field = "media"
	FieldRating Field = "rating_rate"
)

// Reason is why a field was refused.
type Reason int

// The reasons.
const (
	Invalid    Reason = iota // there is no such transition, or it is not this participant's to make
	Required                 // the transition needs the field
	Prohibited               // the order's status does not allow the field
	Full                     // the order has as many as it may have
)

// Refusal is the error of a request that breaks a rule.
type Refusal struct {
	Field  Field
	Reason Reason
}

// Error implements error.
func (r *Refusal) Error() string {
	return "order: " + string(r.Field) + " is " + [...]string{"invalid", "required", "prohibited", "full"}[r.Reason]
}
