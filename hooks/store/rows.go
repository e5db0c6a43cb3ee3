package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// UserRow is a user as the API reads it.
type UserRow struct {
	ID          int64
	Email       string
	Phone       string // "" is none, as in all texts here
	Name        string
	Nickname    string
	Description string
	Role        string
	Price       *float64
	Invite      string
	Categories  words
	Media       mediaRows
	Created     Moment
	Updated     Moment
}

// Moment is a time as PocketBase writes it into the database: "2024-04-30 10:28:25.123Z", "" for none.
type Moment string

// MediaRow is a picture or a video as the API reads it.
type MediaRow struct {
	ID     int64
	UserID int64
	File   string
	Type   string
}

// OrderRow is an order as the API reads it.
type OrderRow struct {
	ID          int64
	ClientID    int64
	PerformerID int64
	Occasion    string
	Description string
	DateTill    Moment
	Status      string
	CancelText  string
	CancelDate  Moment
	Rating      float64 // 0 is none
	RatingText  string
	Media       mediaRows
	Performer   *UserRow // where it was asked for
	Client      *UserRow // where it was asked for
	Created     Moment
	Updated     Moment
}

// mediaColumn reads the media for which a condition holds, in a form that mediaRows takes apart.
func mediaColumn(condition string) string {
	return `(SELECT group_concat(m.id || ' ' || m.user || ' ' || m.type || ' ' || m.file, char(10)) FROM media m WHERE ` + condition + `)`
}

// userColumns reads a user of the table alias u, with the media of the profile.
func userColumns(u string) string {
	return strings.ReplaceAll(`u.id, u.email, u.phone, u.name, u.nickname, u.description, u.role,
		CASE WHEN u.price <> 0 OR u.free THEN u.price END, u.invite, u.categories, u.created, u.updated, `+
		mediaColumn(`m.user = u.id AND m."order" = ''`), "u.", u+".")
}

func (r *UserRow) targets() []any {
	return []any{id{&r.ID}, &r.Email, &r.Phone, &r.Name, &r.Nickname, &r.Description, &r.Role,
		&r.Price, &r.Invite, &r.Categories, &r.Created, &r.Updated, &r.Media}
}

// orderColumns reads an order of the table alias o, with its media.
var orderColumns = `o.id, o.client, o.performer, o.occasion, o.description,
	o.date_till, o.status, o.cancel_text, o.cancel_date, o.rating_rate, o.rating_text, o.created, o.updated, ` +
	mediaColumn(`m."order" = o.id`)

func (r *OrderRow) targets() []any {
	return []any{id{&r.ID}, id{&r.ClientID}, id{&r.PerformerID}, &r.Occasion, &r.Description,
		&r.DateTill, &r.Status, &r.CancelText, &r.CancelDate, &r.Rating, &r.RatingText, &r.Created, &r.Updated, &r.Media}
}

// withPerformer also reads the performer.
func (r *OrderRow) withPerformer() []any {
	r.Performer = new(UserRow)
	return append(r.targets(), r.Performer.targets()...)
}

// withSides also reads the performer and the client, in this order.
func (r *OrderRow) withSides() []any {
	r.Client = new(UserRow)
	return append(r.withPerformer(), r.Client.targets()...)
}

// id scans an integer id out of its decimals.
type id struct{ into *int64 }

// Scan implements sql.Scanner.
func (i id) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("store: an id is a %T", value)
	}
	*i.into = number(text)
	return nil
}

// words are PocketBase's several choices, a JSON array of plain words.
type words []string

// Scan implements sql.Scanner.
func (w *words) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("store: choices are a %T", value)
	}
	*w = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(`[]", `, r) })
	return nil
}

// mediaRows is what mediaColumn makes, by id: a line a medium, its parts apart by spaces. No part holds either.
// They are sorted here, as SQLite would set up a sorter for each row of a page.
type mediaRows []MediaRow

// Scan implements sql.Scanner.
func (m *mediaRows) Scan(value any) error {
	text, _ := value.(string) // NULL: there are none
	*m = mediaRows{}
	for line := range strings.SplitSeq(text, "\n") {
		medium, rest, ok := strings.Cut(line, " ")
		user, rest, ok2 := strings.Cut(rest, " ")
		kind, file, ok3 := strings.Cut(rest, " ")
		if ok && ok2 && ok3 {
			*m = append(*m, MediaRow{ID: number(medium), UserID: number(user), Type: kind, File: file})
		}
	}
	slices.SortFunc(*m, func(a, b MediaRow) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}
