package fakes

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
)

// FCM is a fake of Firebase Cloud Messaging. It accepts every message with an address unless Answer is called.
type FCM struct {
	inbox
	server  *httptest.Server
	account string // the service account's file

	refusing     sync.Mutex
	refuseTokens bool
}

// Message is a message that a push service was asked to deliver.
type Message struct {
	Token        string            `json:"token"` // the address, an FID too
	FID          string            `json:"fid"`
	Data         map[string]string `json:"data"`
	Notification struct {
		Title, Body string
	} `json:"notification"`
	Android struct {
		Priority, TTL string
		Notification  struct {
			Title, Body string
			ChannelID   string `json:"channel_id"`
			Tag         string `json:"tag"`
			TitleLocKey string `json:"title_loc_key"`
			BodyLocKey  string `json:"body_loc_key"`
		} `json:"notification"`
	} `json:"android"`
	APNS struct {
		Headers map[string]string `json:"headers"`
		Payload struct {
			Aps struct {
				Badge    *int   `json:"badge"`
				Sound    string `json:"sound"`
				ThreadID string `json:"thread-id"`
				Category string `json:"category"`
			} `json:"aps"`
		} `json:"payload"`
	} `json:"apns"`
	At time.Time `json:"-"` // when it arrived
}

// Type returns the type of the event.
func (m Message) Type() string { return m.Data["type"] }

// NewFCM starts an FCM that runs until the test ends.
func NewFCM(t testing.TB) *FCM {
	t.Helper()
	f := &FCM{inbox: newInbox(t)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", f.token)
	mux.HandleFunc("POST /v1/projects/{project}/messages:send", f.send)
	f.server = httptest.NewServer(mux)
	t.Cleanup(f.server.Close)
	t.Cleanup(f.server.CloseClientConnections)
	f.writeAccount()
	return f
}

func (f *FCM) writeAccount() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		f.t.Fatal(err)
	}
	content, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "greetings", "client_email": "push@greetings.example", "private_key_id": "1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri":   f.server.URL + "/token",
	})
	if err != nil {
		f.t.Fatal(err)
	}
	f.account = filepath.Join(f.t.TempDir(), "account.json")
	if err := os.WriteFile(f.account, content, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// Env returns the environment variables that let testkit.Process send pushes to this FCM.
func (f *FCM) Env() []string {
	return []string{"GOOGLE_APPLICATION_CREDENTIALS=" + f.account, "PRIVET_FCM_ENDPOINT=" + f.server.URL + "/v1"}
}

// Configure changes the settings, for testkit.Start, so that the server sends pushes to this FCM.
func (f *FCM) Configure(s *settings.Settings) {
	content, err := os.ReadFile(f.account)
	if err != nil {
		f.t.Fatal(err)
	}
	s.Firebase = settings.Firebase{Credentials: content, ProjectID: "greetings", Endpoint: f.server.URL + "/v1"}
}

// RefuseTokens makes the token endpoint reject the service account's key, or accept it again.
func (f *FCM) RefuseTokens(refuse bool) {
	f.refusing.Lock()
	defer f.refusing.Unlock()
	f.refuseTokens = refuse
}

func (f *FCM) token(w http.ResponseWriter, _ *http.Request) {
	f.refusing.Lock()
	refuse := f.refuseTokens
	f.refusing.Unlock()
	if refuse {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 3599})
}

func (f *FCM) send(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer x" {
		writeJSON(w, http.StatusUnauthorized, serviceError(Reply{Status: http.StatusUnauthorized}))
		return
	}
	var body struct{ Message Message }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || (body.Message.Token == "") == (body.Message.FID == "") {
		writeJSON(w, http.StatusBadRequest, serviceError(Reply{Status: http.StatusBadRequest, Details: []any{badRequest("message")}}))
		return
	}
	body.Message.Token = cmp.Or(body.Message.Token, body.Message.FID)
	f.receive(w, r, body.Message, func(number int) any {
		return map[string]string{"name": fmt.Sprintf("projects/greetings/messages/%d", number)}
	})
}

// DeviceQuota is FCM's answer when too much is sent to a device. retryAfter is in seconds, 0 for none.
func DeviceQuota(retryAfter int) Reply {
	return Reply{Status: 429, Code: "QUOTA_EXCEEDED", RetryAfter: retryAfter, Details: []any{map[string]any{
		"@type": "type.googleapis.com/google.rpc.QuotaFailure",
		"violations": []any{map[string]string{
			"subject": "device:1", "description": "Device message rate exceeded"}}}}}
}

// ProjectQuota is FCM's answer when the project sends too much.
func ProjectQuota(retryAfter int) Reply {
	return Reply{Status: 429, RetryAfter: retryAfter, Details: []any{map[string]any{
		"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com",
		"metadata": map[string]string{"quota_unit": "1/min/{project}", "service": "fcm.googleapis.com"}}}}
}

// BadRequest is FCM's answer to a message with a wrong field.
func BadRequest(field string) Reply {
	return Reply{Status: 400, Code: "INVALID_ARGUMENT", Details: []any{badRequest(field)}}
}

func badRequest(field string) any {
	return map[string]any{"@type": "type.googleapis.com/google.rpc.BadRequest",
		"fieldViolations": []any{map[string]string{"field": field, "description": "the fake does not take it"}}}
}

// AppleRefuses is FCM's answer when Apple refuses the project's key, with Apple's reason.
func AppleRefuses(reason string) Reply {
	return Reply{Status: 401, Code: "THIRD_PARTY_AUTH_ERROR", Details: []any{map[string]any{
		"@type": "type.googleapis.com/google.firebase.fcm.v1.ApnsError", "statusCode": 403, "reason": reason}}}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
