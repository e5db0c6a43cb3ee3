package order

// Decide returns the change that a request of a participant makes to an order in that state, or a *Refusal. It ignores
// what is not the participant's to set: a rating by the performer, media by the client, a cancel text without a
// cancellation. Requesting the present status requests nothing.
func Decide(state State, by Side, request Request) (Change, error) {
	if request.Status == state.Status {
		request.Status = ""
	}
	if by == Performer {
		return decidePerformer(state, request)
	}
	return decideClient(state, request)
}

// AcceptsMedia reports whether a participant may add a file to an order in that state. Where not, Decide ignores the
// client's and refuses the performer's.
func AcceptsMedia(state State, by Side) bool {
	return by == Performer && (state.Status == New || state.Status == Done) && state.Media < MaxMedia
}

func decidePerformer(state State, request Request) (Change, error) {
	change := Change{AddMedia: request.Media}
	switch {
	case request.Status == "":
	case request.Status == Cancelled && state.Status == New:
		change.Status, change.CancelText = Cancelled, request.CancelText
	case request.Status == Done && state.Status == New:
		if state.Media == 0 && !request.Media {
			return Change{}, &Refusal{FieldMedia, Required}
		}
		change.Status = Done
	default:
		return Change{}, &Refusal{FieldStatus, Invalid}
	}
	if request.Media && state.Status != New && state.Status != Done {
		return Change{}, &Refusal{FieldMedia, Prohibited}
	}
	if request.Media && state.Media >= MaxMedia {
		return Change{}, &Refusal{FieldMedia, Full}
	}
	return change, nil
}

func decideClient(state State, request Request) (Change, error) {
	var change Change
	switch {
	case request.Status == "":
	case request.Status == Cancelled && state.Status == New:
		change.Status, change.CancelText = Cancelled, request.CancelText
	case request.Status == Reviewed && state.Status == Done:
		if request.Rating == 0 {
			return Change{}, &Refusal{FieldRating, Required}
		}
	default:
		return Change{}, &Refusal{FieldStatus, Invalid}
	}
	if request.Rating == 0 {
		if request.RatingText != "" {
			return Change{}, &Refusal{FieldRating, Required}
		}
		return change, nil
	}
	switch state.Status {
	case Done:
		return Change{Status: Reviewed, Rating: request.Rating, RatingText: request.RatingText}, nil
	case Reviewed: // a retry whose first answer got lost
		if request.Rating == state.Rating && (request.RatingText == "" || request.RatingText == state.RatingText) {
			return Change{}, nil
		}
	}
	return Change{}, &Refusal{FieldRating, Prohibited}
}
