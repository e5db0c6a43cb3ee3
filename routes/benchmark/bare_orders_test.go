package benchmark

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// bareTime is the database's time format.
const bareTime = "2006-01-02 15:04:05.000Z"

// transact runs work in a transaction on the only writing connection.
func (s *bare) transact(ctx context.Context, work func(tx *sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// orderCreate inserts the order, and under /whole also the rows of its history and of the outbox, which privet always
// does.
func (s *bare) orderCreate(r *http.Request, by caller) (any, error) {
	var in struct {
		PerformerID int64  `json:"performer_id"`
		OccasionID  int    `json:"occasion_id"`
		Description string `json:"description"`
		DateTill    string `json:"date_till"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	till, err := time.Parse(time.DateTime, in.DateTill)
	if err != nil || in.OccasionID < 1 || in.OccasionID > 4 || in.Description == "" {
		return nil, errors.New("invalid")
	}
	performer := strconv.FormatInt(in.PerformerID, 10)
	now := time.Now().UTC()
	order := &bareOrder{PerformerID: in.PerformerID, OccasionID: &in.OccasionID, Description: in.Description,
		DateTill: in.DateTill, Status: 1, CreatedAt: now.Format(bareTime), UpdatedAt: now.Format(bareTime)}
	order.ClientID, _ = strconv.ParseInt(by.user, 10, 64)
	err = s.transact(r.Context(), func(tx *sql.Tx) error {
		var price float64
		if err := tx.Stmt(s.performer).QueryRow(performer).Scan(&price); err != nil {
			return err
		}
		if err := tx.Stmt(s.sequence).QueryRow("orders").Scan(&order.ID); err != nil {
			return err
		}
		id := strconv.FormatInt(order.ID, 10)
		if _, err := tx.Stmt(s.order).Exec(id, by.user, performer, occasions[in.OccasionID-1], in.Description, till.Format(bareTime), price, order.CreatedAt); err != nil {
			return err
		}
		if !strings.HasPrefix(r.URL.Path, "/whole/") {
			return nil
		}
		if _, err := tx.Stmt(s.history).Exec(id, by.user, order.CreatedAt); err != nil {
			return err
		}
		_, err := tx.Stmt(s.outbox).Exec(id, performer, order.CreatedAt, now.Add(24*time.Hour).Format(bareTime))
		return err
	})
	order.CreatedAt, order.UpdatedAt = isoTime(order.CreatedAt), isoTime(order.UpdatedAt)
	return map[string]any{"data": order}, err
}

// login checks the password without a limit on concurrent checks.
func (s *bare) login(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Email    string `json:"email"`
		Password string `json:"password"`
		DeviceID string `json:"device_id"`
	}
	respond(w, func() (any, error) {
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			return nil, err
		}
		var user, hash string
		if err := s.byEmail.QueryRowContext(r.Context(), strings.ToLower(in.Email)).Scan(&user, &hash); err != nil {
			return nil, err
		}
		if err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(in.Password)); err != nil {
			return nil, err
		}
		token, by, err := s.signIn(r.Context(), user, in.DeviceID)
		if err != nil {
			return nil, err
		}
		shown, err := s.readUser(r.Context(), base(r), user, by)
		return map[string]any{"data": shown, "token": token}, err
	})
}

// signIn replaces the user's device and returns its token.
func (s *bare) signIn(ctx context.Context, user, device string) (token string, by caller, err error) {
	secret := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(secret))
	by = caller{user: user}
	err = s.transact(ctx, func(tx *sql.Tx) error {
		var former string
		err := tx.Stmt(s.oldDevice).QueryRow(user, device).Scan(&former, &by.firebaseToken)
		if err == nil {
			_, err = tx.Stmt(s.dropDevice).Exec(former)
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var id int64
		if err := tx.Stmt(s.sequence).QueryRow("access_tokens").Scan(&id); err != nil {
			return err
		}
		token = fmt.Sprintf("%d|%s", id, secret)
		_, err = tx.Stmt(s.addDevice).Exec(strconv.FormatInt(id, 10), user, device, by.firebaseToken, hex.EncodeToString(sum[:]), time.Now().UTC().Format(bareTime))
		return err
	})
	return token, by, err
}
