package benchmark

import (
	"encoding/json"
	"strconv"
	"strings"
)

// The JSON of the bare server: its own types, filled directly from the rows. SQLite returns media as JSON.

type bareUser struct {
	ID            int64           `json:"id"`
	Email         string          `json:"email"`
	Phone         *string         `json:"phone"`
	Name          *string         `json:"name"`
	Nickname      string          `json:"nickname"`
	Description   *string         `json:"description"`
	Role          int             `json:"role"`
	Price         *float64        `json:"price"`
	Invite        string          `json:"invite"`
	Media         json.RawMessage `json:"media"`
	Categories    *[]bareCategory `json:"categories,omitempty"`
	FirebaseToken *string         `json:"firebase_token"`
	UpdatedAt     string          `json:"updated_at"`
	CreatedAt     string          `json:"created_at"`

	categories string
}

type bareCategory struct {
	Category int `json:"category"`
}

type bareOrder struct {
	ID          int64           `json:"id"`
	ClientID    int64           `json:"client_id"`
	PerformerID int64           `json:"performer_id"`
	OccasionID  *int            `json:"occasion_id"`
	Description string          `json:"description"`
	DateTill    string          `json:"date_till"`
	Status      int             `json:"status"`
	CancelText  *string         `json:"cancel_text"`
	CancelDate  *string         `json:"cancel_date"`
	RatingRate  *float64        `json:"rating_rate"`
	RatingText  *string         `json:"rating_text"`
	Media       json.RawMessage `json:"media,omitempty"`
	Performer   *bareUser       `json:"performer,omitempty"`
	Client      *bareUser       `json:"client,omitempty"`
	CreatedAt   string          `json:"created_at"`
	UpdatedAt   string          `json:"updated_at"`
}

var occasions = []string{"birthday", "just", "advice", "congratulation"}

// mediaSQL returns an expression for the media that match a condition. base is the parameter with the server's URL.
func mediaSQL(base, where string) string {
	return strings.ReplaceAll(`(SELECT json_group_array(json_object('id', CAST(m.id AS INTEGER), 'user_id', CAST(m.user AS INTEGER),
		'preview_url', BASE || CASE m.type WHEN 'video' THEN '/storage/media/preview/' ELSE '/storage/media/' END || m.file,
		'path_url', BASE || '/storage/media/' || m.file, 'type', CASE m.type WHEN 'video' THEN 2 ELSE 1 END) ORDER BY CAST(m.id AS INTEGER))
		FROM media m WHERE `, "BASE", base) + where + `)`
}

// userSQL returns the columns of a user. u is the table's alias; base is the parameter with the server's URL.
func userSQL(u, base string) string {
	return strings.ReplaceAll(`CAST(u.id AS INTEGER), u.email, nullif(u.phone, ''), nullif(u.name, ''), u.nickname, nullif(u.description, ''),
		CASE u.role WHEN 'client' THEN 1 ELSE 2 END, CASE WHEN u.price <> 0 OR u.free THEN u.price END, u.invite, u.categories, u.updated, u.created, `+
		mediaSQL(base, `m.user = u.id AND m."order" = ''`), "u.", u+".")
}

// targets returns the destinations of userSQL's columns.
func (u *bareUser) targets() []any {
	return []any{&u.ID, &u.Email, &u.Phone, &u.Name, &u.Nickname, &u.Description, &u.Role, &u.Price, &u.Invite, &u.categories,
		&u.UpdatedAt, &u.CreatedAt, (*[]byte)(&u.Media)}
}

// seenBy hides what only the user may see, and adds the categories if withCategories is set.
func (u *bareUser) seenBy(by caller, withCategories bool) *bareUser {
	id := strconv.FormatInt(u.ID, 10)
	u.UpdatedAt, u.CreatedAt = isoTime(u.UpdatedAt), isoTime(u.CreatedAt)
	if id != by.user {
		u.Email, u.Phone = "user"+id+"@hidden.invalid", nil
	} else if by.firebaseToken != "" {
		u.FirebaseToken = &by.firebaseToken
	}
	if withCategories {
		categories := []bareCategory{}
		for i, word := range []string{`"streamer"`, `"comedian"`} {
			if strings.Contains(u.categories, word) {
				categories = append(categories, bareCategory{i + 1})
			}
		}
		u.Categories = &categories
	}
	return u
}

// orderSQL returns the columns of an order. base is the parameter with the server's URL.
func orderSQL(base string) string {
	return `CAST(o.id AS INTEGER), CAST(o.client AS INTEGER), CAST(o.performer AS INTEGER),
		CASE o.occasion WHEN 'birthday' THEN 1 WHEN 'just' THEN 2 WHEN 'advice' THEN 3 WHEN 'congratulation' THEN 4 END, o.description, o.date_till,
		CASE o.status WHEN 'new' THEN 1 WHEN 'done' THEN 2 WHEN 'cancelled' THEN 3 ELSE 4 END,
		nullif(o.cancel_text, ''), nullif(o.cancel_date, ''), nullif(o.rating_rate, 0), nullif(o.rating_text, ''), o.created, o.updated, ` +
		mediaSQL(base, `m."order" = o.id`)
}

// targets returns the destinations of orderSQL's columns.
func (o *bareOrder) targets() []any {
	return []any{&o.ID, &o.ClientID, &o.PerformerID, &o.OccasionID, &o.Description, &o.DateTill, &o.Status,
		&o.CancelText, &o.CancelDate, &o.RatingRate, &o.RatingText, &o.CreatedAt, &o.UpdatedAt, (*[]byte)(&o.Media)}
}

// formatDates converts the dates from the database's format to the API's.
func (o *bareOrder) formatDates() {
	o.DateTill = o.DateTill[:19]
	if o.CancelDate != nil {
		*o.CancelDate = (*o.CancelDate)[:19]
	}
	o.CreatedAt, o.UpdatedAt = isoTime(o.CreatedAt), isoTime(o.UpdatedAt)
}

// isoTime converts a time from the database's format to the API's.
func isoTime(stored string) string { return stored[:10] + "T" + stored[11:19] + ".000000Z" }

type barePage struct {
	Data  any `json:"data"`
	Links struct {
		First string  `json:"first"`
		Last  string  `json:"last"`
		Prev  *string `json:"prev"`
		Next  *string `json:"next"`
	} `json:"links"`
	Meta struct {
		CurrentPage int        `json:"current_page"`
		From        *int       `json:"from"`
		LastPage    int        `json:"last_page"`
		Links       []bareLink `json:"links"`
		Path        string     `json:"path"`
		PerPage     int        `json:"per_page"`
		To          *int       `json:"to"`
		Total       int        `json:"total"`
	} `json:"meta"`
}

type bareLink struct {
	URL    *string `json:"url"`
	Label  string  `json:"label"`
	Active bool    `json:"active"`
}

// firstPage returns page 1 of a list.
func firstPage(rows any, count, total int, path, query string) *barePage {
	last := max(1, (total+14)/15)
	at := func(page int) *string {
		u := path + "?"
		if query != "" {
			u += query + "&"
		}
		u += "page=" + strconv.Itoa(page)
		return &u
	}
	p := &barePage{Data: rows}
	p.Links.First, p.Links.Last = *at(1), *at(last)
	if last > 1 {
		p.Links.Next = at(2)
	}
	p.Meta.CurrentPage, p.Meta.LastPage, p.Meta.Path, p.Meta.PerPage, p.Meta.Total = 1, last, path, 15, total
	if count > 0 {
		one := 1
		p.Meta.From, p.Meta.To = &one, &count
	}
	p.Meta.Links = append(p.Meta.Links, bareLink{Label: "« Previous"})
	for page := 1; page <= last; page++ {
		if last >= 14 && page == 11 {
			p.Meta.Links = append(p.Meta.Links, bareLink{Label: "..."})
			page = last - 1
		}
		p.Meta.Links = append(p.Meta.Links, bareLink{URL: at(page), Label: strconv.Itoa(page), Active: page == 1})
	}
	p.Meta.Links = append(p.Meta.Links, bareLink{URL: p.Links.Next, Label: "Next »"})
	return p
}
