package fakes

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
)

// RuStore is a fake of RuStore's push service. It accepts every message of its project with an address unless Answer is called.
type RuStore struct {
	inbox
	server *httptest.Server
}

// rustoreToken is the service token that the fake takes.
const rustoreToken = "service-token"

// NewRuStore starts a RuStore that runs until the test ends.
func NewRuStore(t testing.TB) *RuStore {
	t.Helper()
	r := &RuStore{inbox: newInbox(t)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/projects/{project}/messages:send", r.send)
	r.server = httptest.NewServer(mux)
	t.Cleanup(r.server.Close)
	t.Cleanup(r.server.CloseClientConnections)
	return r
}

// Env returns the environment variables that let testkit.Process send pushes to this RuStore.
func (r *RuStore) Env() []string {
	return []string{"PRIVET_RUSTORE_PROJECT=greetings", "PRIVET_RUSTORE_TOKEN=" + rustoreToken, "PRIVET_RUSTORE_URL=" + r.server.URL}
}

// Configure changes the settings, for testkit.Start, so that the server sends pushes to this RuStore.
func (r *RuStore) Configure(s *settings.Settings) {
	s.RuStore = settings.RuStore{Project: "greetings", Token: rustoreToken, URL: r.server.URL}
}

// Stop stops the server: connections are refused from then on.
func (r *RuStore) Stop() { r.server.Close() }

func (r *RuStore) send(w http.ResponseWriter, request *http.Request) {
	if request.Header.Get("Authorization") != "Bearer "+rustoreToken {
		writeJSON(w, http.StatusUnauthorized, serviceError(Reply{Status: http.StatusUnauthorized}))
		return
	}
	if request.PathValue("project") != "greetings" {
		writeJSON(w, http.StatusForbidden, serviceError(Reply{Status: http.StatusForbidden}))
		return
	}
	var body struct {
		ValidateOnly bool `json:"validate_only"`
		Message      Message
	}
	decoder := json.NewDecoder(request.Body)
	if err := decoder.Decode(&body); err != nil || body.Message.Token == "" || !strings.HasSuffix(body.Message.Android.TTL, "s") {
		writeJSON(w, http.StatusBadRequest, serviceError(Reply{Status: http.StatusBadRequest}))
		return
	}
	r.receive(w, request, body.Message, func(int) any { return map[string]any{} })
}
