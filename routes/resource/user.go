package resource

import (
	"strconv"
	"time"

	"github.com/privet/privet/hooks/store"
)

// Viewer is the reader of an answer, with the URL that links begin with.
type Viewer struct {
	UserID        int64          // 0 if not signed in
	FirebaseToken string         // of the viewer's device
	Base          string         // of media URLs, without a trailing slash
	Zone          *time.Location // in which dates of orders are meant; nil: UTC
}

// User is the resource of a user (contract section 2).
type User struct {
	ID            int64       `json:"id"`
	Email         string      `json:"email"`
	Phone         *string     `json:"phone"`
	Name          *string     `json:"name"`
	Nickname      string      `json:"nickname"`
	Description   *string     `json:"description"`
	Role          int         `json:"role"`
	Price         *Number     `json:"price"`
	Invite        string      `json:"invite"`
	Media         []Media     `json:"media"`
	Categories    *[]Category `json:"categories,omitempty"` // not inside an order
	FirebaseToken *string     `json:"firebase_token"`
	UpdatedAt     Timestamp   `json:"updated_at"`
	CreatedAt     Timestamp   `json:"created_at"`
}

// Category is one of a user's categories.
type Category struct {
	Category int `json:"category"`
}

// User returns the resource of a user. E-mail, phone and push token are for the user's own eyes; with contacts,
// everybody gets e-mail and phone (contract section 2, what others may see).
func (v Viewer) User(row *store.UserRow, contacts bool) User {
	user := v.visibleUser(row, contacts)
	categories := make([]Category, len(row.Categories))
	for i, word := range row.Categories {
		categories[i] = Category{Categories.Number(word)}
	}
	user.Categories = &categories
	return user
}

// visibleUser returns what the viewer may see of a user, without the categories, which users inside an order lack.
func (v Viewer) visibleUser(row *store.UserRow, contacts bool) User {
	isOwn := v.UserID == row.ID
	user := User{
		ID:          row.ID,
		Email:       "user" + strconv.FormatInt(row.ID, 10) + "@hidden.invalid",
		Name:        nullIfEmpty(row.Name),
		Nickname:    row.Nickname,
		Description: nullIfEmpty(row.Description),
		Role:        Roles.Number(row.Role),
		Price:       (*Number)(row.Price),
		Invite:      row.Invite,
		Media:       v.media(row.Media),
		UpdatedAt:   Timestamp(row.Updated),
		CreatedAt:   Timestamp(row.Created),
	}
	if isOwn || contacts {
		user.Email, user.Phone = row.Email, nullIfEmpty(row.Phone)
	}
	if isOwn {
		user.FirebaseToken = nullIfEmpty(v.FirebaseToken)
	}
	return user
}

// nullIfEmpty returns nil for the empty string: no text of the API is empty (contract section 1, trimming).
func nullIfEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
