package desk

import "github.com/privet/privet/hooks/order"

// Offer is an act, and why it is refused now: nil where it is not.
type Offer struct {
	Act     string
	Refusal *Refusal
}

// Shown is how many media an order has, for all to see and hidden.
type Shown struct{ Visible, Hidden int }

// The refusals of acts that make no sense in the state of their target. The acts and verdicts refuse by them, and pages are told by them beforehand.
var (
	refusedErased    = refuse("This person was erased.", "Этот человек удалён.")
	refusedBanned    = refuse("This person is banned already.", "Этот человек уже заблокирован.")
	refusedNotBanned = refuse("This person is not banned.", "Этот человек не заблокирован.")
	refusedHidden    = refuse("It is hidden already.", "Оно уже скрыто.")
	refusedShown     = refuse("It is not hidden.", "Оно не скрыто.")
	refusedNoMedia   = refuse("There is no video or photo.", "Видео и фото нет.")
)

// refuseBanned returns the refusal of an act on a person whom by has banned.
func refuseBanned(by string) *Refusal {
	return refuseDone(by, "This person was banned by %s.", "Этого человека уже заблокировали: %s.")
}

// refuseStatus returns why an order can't get a status, nil if it can.
func refuseStatus(from, to order.Status) *Refusal {
	switch {
	case from == to && to == order.Cancelled:
		return refuse("The order is cancelled already.", "Заказ уже отменён.")
	case from == to:
		return refuse("The order has this status already.", "Заказ уже в этом статусе.")
	case to == order.Reviewed:
		return refuse("Only the client can rate an order.", "Оценить заказ может только заказчик.")
	}
	return nil
}

// OrderOffers returns the acts on an order with a status and its media. gone is whether both participants were erased.
func OrderOffers(status order.Status, media Shown, gone bool) []Offer {
	offers := []Offer{{Act: "note"}, {Act: "status"}, {Act: "cancel", Refusal: refuseStatus(status, order.Cancelled)}}
	hide, show, remove := Offer{Act: "hide"}, Offer{Act: "show"}, Offer{Act: "remove"}
	switch {
	case media.Visible+media.Hidden == 0:
		hide.Refusal, remove.Refusal, show.Refusal = refusedNoMedia, refusedNoMedia, refusedNoMedia
	case media.Visible == 0:
		hide.Refusal = refusedHidden
	case media.Hidden == 0:
		show.Refusal = refusedShown
	}
	offers = append(offers, hide, show, remove)
	for _, act := range []string{"warn", "ban"} {
		offer := Offer{Act: act}
		if gone {
			offer.Refusal = refusedErased
		}
		offers = append(offers, offer)
	}
	return offers
}

// UserOffers returns the acts on a person.
func UserOffers(banned, erased bool) []Offer {
	var offers []Offer
	for _, act := range []string{"note", "warn", "ban", "unban", "sign-out", "edit", "contacts", "erase"} {
		offer := Offer{Act: act}
		switch {
		case erased:
			offer.Refusal = refusedErased
		case act == "unban" && !banned:
			offer.Refusal = refusedNotBanned
		}
		offers = append(offers, offer)
	}
	return offers
}
