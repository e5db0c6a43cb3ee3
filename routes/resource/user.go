// Package output makes the JSON of the contract: its resources, its pages and its errors.
package resource

import (
	"strconv"

	"github.com/privet/privet/hooks/store"
)

// Viewer is who reads an answer, and where its links point.
type Viewer struct {
	UserID        int64  // 0: nobody who is signed in
	FirebaseToken string // of the device that asks
	Base          string // of media URLs, without a slash at its end
}

// User is the resource user (contract section 2).
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
	UpdatedAt     Stamp       `json:"updated_at"`
	CreatedAt     Stamp       `json:"created_at"`
}

// Category is one of a user's categories.
type Category struct {
	Category int `json:"category"`
}

// User shows a user to the viewer. E-mail, phone and push address are their owner's; contacts shows e-mail and
// phone to others too (contract section 2, what others may see).
func (v Viewer) User(row *store.UserRow, contacts bool) User {
	user := v.person(row, contacts)
	categories := make([]Category, len(row.Categories))
	for i, word := range row.Categories {
		categories[i] = Category{Categories.Number(word)}
	}
	user.Categories = &categories
	return user
}

// person is a user as it stands inside an order.
func (v Viewer) person(row *store.UserRow, contacts bool) User {
	own := v.UserID == row.ID
	user := User{
		ID:          row.ID,
		Email:       "user" + strconv.FormatInt(row.ID, 10) + "@hidden.invalid",
		Name:        orNull(row.Name),
		Nickname:    row.Nickname,
		Description: orNull(row.Description),
		Role:        Roles.Number(row.Role),
		Price:       (*Number)(row.Price),
		Invite:      row.Invite,
		Media:       v.media(row.Media),
		UpdatedAt:   Stamp(row.Updated),
		CreatedAt:   Stamp(row.Created),
	}
	if own || contacts {
		user.Email, user.Phone = row.Email, orNull(row.Phone)
	}
	if own {
		user.FirebaseToken = orNull(v.FirebaseToken)
	}
	return user
}

// orNull is nil for the empty string: no text of the API is empty (contract section 1, trimming).
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
