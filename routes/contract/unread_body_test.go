package contract

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// refusal is a request whose answer doesn't need its body, or not all of it.
type refusal struct {
	name, method, path string
	token, contentType string
	head               string // the body's beginning; zeros follow
	chunked            bool
	statuses           []int
}

const (
	form     = "multipart/form-data; boundary=b"
	jsonType = "application/json"
	oldToken = "1|spByWaJSn4f3zS79ujVX5jYvsnj2CaPjziQmI9CKbc720ef9"
)

// refusals are answers of ours, of PocketBase's and of the router's.
func refusals(s *testkit.Server) []refusal {
	client, performer := s.Client(), s.Performer()
	order := fmt.Sprintf("/api/v1/order/update/%d", s.Order(client, performer))
	part := "--b\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.mp4\"\r\n\r\n"
	return []refusal{
		{name: "no token", path: order, statuses: []int{401}},
		{name: "expired token", path: order, token: oldToken, contentType: form, head: part, statuses: []int{401}},
		{name: "expired token, chunked", path: order, token: oldToken, contentType: form, head: part, chunked: true, statuses: []int{401}},
		{name: "not there", path: "/api/v1/order/update/999", token: client.Token, contentType: form, head: part, statuses: []int{404}},
		{name: "unknown route", path: "/api/v1/nope", contentType: jsonType, statuses: []int{404}},
		{name: "unclean path", path: "/api/v1//auth/login", statuses: []int{404}},
		{name: "wrong method", path: "/api/v1/user/search", contentType: jsonType, statuses: []int{405}},
		{name: "wrong method of an upload", method: "PUT", path: "/api/v1/user/update", token: client.Token, contentType: form, head: part, statuses: []int{405}},
		{name: "malformed JSON or too large", path: "/api/v1/order/create", token: client.Token, contentType: jsonType, head: `{"description":"`, statuses: []int{400, 413}},
		{name: "malformed JSON or too large, chunked", path: "/api/v1/order/create", token: client.Token, contentType: jsonType, chunked: true, statuses: []int{400, 413}},
		{name: "no boundary", path: "/api/v1/user/update", token: client.Token, contentType: "multipart/form-data", head: part, statuses: []int{400}},
		{name: "broken part", path: "/api/v1/user/update", token: client.Token, contentType: form, head: "--b\r\nContent-Type: text/plain\r\n\r\n", statuses: []int{400}},
		{name: "no media", path: "/api/v1/user/update", token: client.Token, contentType: form, head: part + "no media" + strings.Repeat("x", 1000) + "\r\n--b--\r\n", statuses: []int{429}},
		{name: "fields too large", path: "/api/v1/user/update", token: client.Token, contentType: form, head: "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n", statuses: []int{400, 413}},
		{name: "a body that nobody reads", path: "/api/v1/user/view/1", method: "GET", token: client.Token, statuses: []int{200}},
		{name: "preflight", path: "/api/v1/user/update", method: "OPTIONS", statuses: []int{200}},

		{name: "PocketBase: unknown route", path: "/api/nope", contentType: jsonType, statuses: []int{404}},
		{name: "PocketBase: broken form", path: "/api/collections/orders/records", contentType: form, statuses: []int{401}},
		{name: "PocketBase: malformed", path: "/api/collections/_superusers/request-otp", contentType: jsonType, head: "{{", statuses: []int{413}},
		{name: "PocketBase: superusers only", method: "PATCH", path: "/api/settings", contentType: jsonType, statuses: []int{401}},
		{name: "PocketBase: malformed, chunked", path: "/api/collections/_superusers/auth-with-password", contentType: jsonType, head: "{{", chunked: true, statuses: []int{413}},

		{name: "page", path: "/", method: "GET", statuses: []int{200}},
		{name: "page, chunked", path: "/openapi.yaml", method: "GET", chunked: true, statuses: []int{200}},
		{name: "dashboard", path: "/_/", method: "GET", statuses: []int{200, 413}},
		{name: "storage", path: "/storage/media/" + strings.Repeat("0", 32) + ".png", statuses: []int{405}},
		{name: "storage, unclean path", path: "/storage//media/x", statuses: []int{405}},

		{name: "throttled", path: "/api/v1/auth/social/sign-in", statuses: []int{429}},
		{name: "throttled, chunked", path: "/api/v1/auth/login", contentType: form, chunked: true, statuses: []int{429}},
	}
}

// send sends the refusal's request with a body of size bytes, in the way of clients that write before they read.
func (r *refusal) send(t *testing.T, url string, size int64) error {
	t.Helper()
	body := io.LimitReader(io.MultiReader(strings.NewReader(r.head), zeros{}), size)
	request, err := http.NewRequest(cmp.Or(r.method, "POST"), url+r.path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = size
	if r.chunked {
		request.ContentLength = -1
	}
	if r.contentType != "" {
		request.Header.Set("Content-Type", r.contentType)
	}
	if r.token != "" {
		request.Header.Set("Authorization", "Bearer "+r.token)
	}
	response, answer, err := testkit.WriteWhole(request)
	switch {
	case err != nil:
		return err
	case !slices.Contains(r.statuses, response.StatusCode):
		return fmt.Errorf("status %d: %.200s", response.StatusCode, answer)
	case response.Close:
		return errors.New("the answer closes the connection")
	case response.StatusCode >= 400 && !bytes.HasPrefix(answer, []byte("{")):
		return fmt.Errorf("body %.200s", answer)
	}
	return nil
}

// Answers arrive at clients that write all of a request before they read, whoever refuses it, and before or in the
// middle of its body (contract, section 1). The connection can be used again.
func TestAnswersArrive(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	limited := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 1 })
	limited.Post("auth/login").JSON(`{}`).Do().Want(429)
	limited.Post("auth/social/sign-in").JSON(`{}`).Do().Want(429)
	sizes := []int64{700_000, 5_000_000, 64 << 20}
	if testing.Short() {
		sizes = sizes[:1]
	}
	all := refusals(s)
	arrived := 0
	for _, size := range sizes {
		began := time.Now()
		for _, r := range all {
			url := s.URL
			if strings.HasPrefix(r.name, "throttled") {
				url = limited.URL
			}
			if err := r.send(t, url, size); err != nil {
				t.Errorf("%s, %d bytes: %v", r.name, size, err)
				continue
			}
			arrived++
		}
		t.Logf("%d bytes: %s", size, time.Since(began).Round(time.Millisecond))
	}
	t.Logf("%d of %d answers arrived", arrived, len(all)*len(sizes))
	s.WantCleanLog()
}
