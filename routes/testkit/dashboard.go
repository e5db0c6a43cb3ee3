package testkit

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// The accounts of the superusers: an owner, who is the first, and a moderator.
const (
	OwnerEmail        = "owner@example.com"
	ModeratorEmail    = "moderator@example.com"
	SuperuserPassword = "a long password"
)

// Owner creates the owner on its first call and returns a token for PocketBase's own API (/api/collections/…) and the desk's,
// to be sent with As.
func (s *Server) Owner() string {
	s.t.Helper()
	return s.superuser(OwnerEmail)
}

// Moderator creates the owner and a moderator on its first call and returns the moderator's token, to be sent with As.
func (s *Server) Moderator() string {
	s.t.Helper()
	s.superuser(OwnerEmail)
	return s.superuser(ModeratorEmail)
}

func (s *Server) superuser(email string) (token string) {
	s.t.Helper()
	superusers, err := s.App.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		s.t.Fatal(err)
	}
	record, err := s.App.FindAuthRecordByEmail(superusers, email)
	if err != nil { // the first time
		record = core.NewRecord(superusers)
		record.SetEmail(email)
		record.SetPassword(SuperuserPassword)
		if err := s.App.Save(record); err != nil {
			s.t.Fatal(err)
		}
	}
	token, err = record.NewAuthToken()
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// Dashboard acts as a superuser does in the dashboard: through PocketBase's own API, with their token.
type Dashboard struct {
	s     *Server
	token string
}

// Dashboard signs in the owner.
func (s *Server) Dashboard() *Dashboard { return &Dashboard{s, s.Owner()} }

// DashboardOf acts with the token of a superuser.
func (s *Server) DashboardOf(token string) *Dashboard { return &Dashboard{s, token} }

// Dashboard creates the owner by the command line and signs in.
func (p *Running) Dashboard() *Dashboard {
	p.t.Helper()
	return p.signIn(OwnerEmail)
}

// ModeratorsDashboard creates a moderator by the command line, after the owner, and signs in.
func (p *Running) ModeratorsDashboard() *Dashboard {
	p.t.Helper()
	p.Run("superuser", "upsert", OwnerEmail, SuperuserPassword)
	return p.signIn(ModeratorEmail)
}

func (p *Running) signIn(email string) *Dashboard {
	p.t.Helper()
	p.Run("superuser", "upsert", email, SuperuserPassword)
	answer := p.Request(http.MethodPost, "/api/collections/_superusers/auth-with-password").
		JSON(map[string]any{"identity": email, "password": SuperuserPassword}).Do().Want(http.StatusOK)
	return &Dashboard{p.Server, answer.Map().String("token")}
}

// WithT returns the same dashboard for a subtest, which its failures are then attributed to.
func (d *Dashboard) WithT(t testing.TB) *Dashboard { return &Dashboard{d.s.WithT(t), d.token} }

// Token returns the superuser's token.
func (d *Dashboard) Token() string { return d.token }

// Request starts a request to PocketBase's own API; path is what follows /api/.
func (d *Dashboard) Request(method, path string) *Request {
	return d.s.Request(method, "/api/"+path).As(d.token)
}

// Path returns the path of a record of a collection, or of the collection's records if id is nil.
func (d *Dashboard) Path(collection string, id any) string {
	path := "collections/" + collection + "/records"
	if id != nil {
		path += fmt.Sprint("/", id)
	}
	return path
}

// Create creates a record.
func (d *Dashboard) Create(collection string, fields map[string]any) *Answer {
	d.s.t.Helper()
	return d.Request(http.MethodPost, d.Path(collection, nil)).JSON(fields).Do()
}

// Change opens a record's form and saves it with the given fields changed. As the dashboard does, it sends all other
// fields too, with the values that they had when the form was opened.
func (d *Dashboard) Change(collection string, id any, fields map[string]any) *Answer {
	d.s.t.Helper()
	return d.Save(collection, id, d.Open(collection, id), fields)
}

// Open loads a record as its form does and returns the fields.
func (d *Dashboard) Open(collection string, id any) map[string]any {
	d.s.t.Helper()
	return d.Request(http.MethodGet, d.Path(collection, id)).Do().Want(http.StatusOK).Map().m
}

// Save saves a form that Open has returned, with the given fields changed.
func (d *Dashboard) Save(collection string, id any, form, fields map[string]any) *Answer {
	d.s.t.Helper()
	form = maps.Clone(form)
	maps.Copy(form, fields)
	return d.Request(http.MethodPatch, d.Path(collection, id)).JSON(form).Do()
}

// Delete deletes a record.
func (d *Dashboard) Delete(collection string, id any) *Answer {
	d.s.t.Helper()
	return d.Request(http.MethodDelete, d.Path(collection, id)).Do()
}

// List returns the first page of a collection's records.
func (d *Dashboard) List(collection string) []map[string]any {
	d.s.t.Helper()
	var page struct{ Items []map[string]any }
	d.Request(http.MethodGet, d.Path(collection, nil)).Do().Want(http.StatusOK).Into(&page)
	return page.Items
}

// WantFields fails the test unless the form was rejected with a message on each of these fields and on no other.
func (a *Answer) WantFields(fields ...string) {
	a.t.Helper()
	var refusal struct {
		Data map[string]struct{ Message string }
	}
	a.Want(http.StatusBadRequest).Into(&refusal)
	got := slices.Sorted(maps.Keys(refusal.Data))
	slices.Sort(fields)
	if !slices.Equal(got, fields) {
		a.t.Errorf("refused on %v, want %v: %s", got, fields, a.Body)
	}
	for name, field := range refusal.Data {
		if field.Message == "" {
			a.t.Errorf("%s has no message: %s", name, a.Body)
		}
	}
}

// WantMessage fails the test unless the action was rejected with a message that contains text.
func (a *Answer) WantMessage(text string) {
	a.t.Helper()
	if message := a.Want(http.StatusBadRequest).Map().String("message"); !strings.Contains(message, text) {
		a.t.Errorf("refused with %q, want %q", message, text)
	}
}
