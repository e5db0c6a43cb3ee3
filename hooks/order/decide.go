package order

// Decide says what a request of the client or the performer does to an order, or why nothing (a *Refusal).
// What is not that side's to give is ignored: a rating by the performer, media by the client, a cancel text
// without a cancellation. Asking for the present status asks for nothing.
func Decide(now State, by Side, ask Request) (Change, error) {
	if ask.Status == now.Status {
		ask.Status = ""
	}
	if by == Performer {
		return decidePerformer(now, ask)
	}
	return decideClient(now, ask)
}

func decidePerformer(now State, ask Request) (Change, error) {
	change := Change{KeepMedia: ask.Media}
	switch {
	case ask.Status == "":
	case ask.Status == Cancelled && now.Status == New:
		change.Status, change.CancelText = Cancelled, ask.CancelText
	case ask.Status == Done && now.Status == New:
		if !now.HasMedia && !ask.Media {
			return Change{}, &Refusal{FieldMedia, Required}
		}
		change.Status = Done
	default:
		return Change{}, &Refusal{FieldStatus, Invalid}
	}
	if ask.Media && now.Status != New && now.Status != Done {
		return Change{}, &Refusal{FieldMedia, Prohibited}
	}
	return change, nil
}

func decideClient(now State, ask Request) (Change, error) {
	var change Change
	switch {
	case ask.Status == "":
	case ask.Status == Cancelled && now.Status == New:
		change.Status, change.CancelText = Cancelled, ask.CancelText
	case ask.Status == Reviewed && now.Status == Done:
		if ask.Rating == 0 {
			return Change{}, &Refusal{FieldRating, Required}
		}
	default:
		return Change{}, &Refusal{FieldStatus, Invalid}
	}
	if ask.Rating == 0 {
		if ask.RatingText != "" {
			return Change{}, &Refusal{FieldRating, Required}
		}
		return change, nil
	}
	switch now.Status {
	case Done:
		return Change{Status: Reviewed, Rating: ask.Rating, RatingText: ask.RatingText}, nil
	case Reviewed: // a retry whose first answer got lost
		if ask.Rating == now.Rating && (ask.RatingText == "" || ask.RatingText == now.RatingText) {
			return Change{}, nil
		}
	}
	return Change{}, &Refusal{FieldRating, Prohibited}
}
