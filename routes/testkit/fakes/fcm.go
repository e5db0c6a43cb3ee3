package fakes

import (
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
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
)

// FCM is a fake of Firebase Cloud Messaging. It accepts every message unless Answer is called.
type FCM struct {
	t       testing.TB
	server  *httptest.Server
	account string // the service account's file

	mu           sync.Mutex
	answer       func(Message) Reply
	refuseTokens bool
	accepted     []Message
	changed      chan struct{} // closed and replaced with each accepted message
}

// Message is a message that FCM was asked to deliver.
type Message struct {
	Token        string            `json:"token"`
	Data         map[string]string `json:"data"`
	Notification struct {
		Title, Body string
	} `json:"notification"`
	Android struct {
		Priority, TTL string
		Notification  struct {
			ChannelID   string   `json:"channel_id"`
			Tag         string   `json:"tag"`
			TitleLocKey string   `json:"title_loc_key"`
			BodyLocKey  string   `json:"body_loc_key"`
			BodyLocArgs []string `json:"body_loc_args"`
		} `json:"notification"`
	} `json:"android"`
	APNS struct {
		Headers map[string]string `json:"headers"`
		Payload struct {
			Aps struct {
				Sound    string `json:"sound"`
				ThreadID string `json:"thread-id"`
				Category string `json:"category"`
			} `json:"aps"`
		} `json:"payload"`
	} `json:"apns"`
	At time.Time `json:"-"` // when it arrived
}

// Reply is FCM's answer to a message. The zero Reply accepts it.
type Reply struct {
	Status     int    // of an error; 0 accepts the message
	Code       string // the errorCode of the FcmError; "" sends none
	RetryAfter int    // the header of this name in seconds; 0 sends none
	RetryText  string // the header's text, instead of RetryAfter
	Drop       bool   // close the connection without an answer
	Hang       bool   // send no answer until the caller gives up
}

// NewFCM starts an FCM that runs until the test ends.
func NewFCM(t testing.TB) *FCM {
	t.Helper()
	f := &FCM{t: t, changed: make(chan struct{})}
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

// Answer sets the function that decides on the reply to each message; nil accepts all.
func (f *FCM) Answer(reply func(Message) Reply) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = reply
}

// Always returns a function for Answer that gives every message the same reply.
func Always(r Reply) func(Message) Reply { return func(Message) Reply { return r } }

// RefuseTokens makes the token endpoint reject the service account's key, or accept it again.
func (f *FCM) RefuseTokens(refuse bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuseTokens = refuse
}

func (f *FCM) token(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	refuse := f.refuseTokens
	f.mu.Unlock()
	if refuse {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 3599})
}

func (f *FCM) send(w http.ResponseWriter, r *http.Request) {
	var body struct{ Message Message }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		writeJSON(w, http.StatusBadRequest, fcmError(http.StatusBadRequest, ""))
		return
	}
	body.Message.At = time.Now()
	f.mu.Lock()
	answer := f.answer
	f.mu.Unlock()
	var reply Reply
	if answer != nil {
		reply = answer(body.Message)
	}
	switch {
	case reply.Hang:
		<-r.Context().Done()
	case reply.Drop:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	case reply.Status != 0:
		if reply.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(reply.RetryAfter))
		} else if reply.RetryText != "" {
			w.Header().Set("Retry-After", reply.RetryText)
		}
		writeJSON(w, reply.Status, fcmError(reply.Status, reply.Code))
	default:
		f.mu.Lock()
		f.accepted = append(f.accepted, body.Message)
		number := len(f.accepted)
		close(f.changed)
		f.changed = make(chan struct{})
		f.mu.Unlock()
		writeJSON(w, http.StatusOK, map[string]string{"name": fmt.Sprintf("projects/greetings/messages/%d", number)})
	}
}

// fcmError returns the body of an error as FCM words it.
func fcmError(status int, code string) any {
	names := map[int]string{400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
		429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
	e := map[string]any{"code": status, "message": "the fake says " + names[status], "status": names[status]}
	if code != "" {
		e["details"] = []any{map[string]string{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}}
	}
	return map[string]any{"error": e}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Accepted returns the messages that FCM has accepted since the start or the last Reset.
func (f *FCM) Accepted() []Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Message(nil), f.accepted...)
}

// Wait returns the accepted messages once there are count of them. It fails the test after the timeout.
func (f *FCM) Wait(count int, timeout time.Duration) []Message {
	f.t.Helper()
	deadline := time.After(timeout)
	for {
		f.mu.Lock()
		accepted, changed := len(f.accepted), f.changed
		f.mu.Unlock()
		if accepted >= count {
			return f.Accepted()
		}
		select {
		case <-changed:
		case <-deadline:
			f.t.Fatalf("FCM has %d messages after %s, want %d", accepted, timeout, count)
		}
	}
}

// Reset removes the messages accepted so far.
func (f *FCM) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.accepted = nil
}

// Summary returns a line for each message, sorted: the push token, the type and the title.
func Summary(messages []Message) string {
	var lines []string
	for _, m := range messages {
		lines = append(lines, m.Token+" "+m.Data["type"]+" "+m.Notification.Title)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
