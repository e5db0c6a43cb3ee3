package testkit

import (
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

// PublicURL is the address of a server with mail, to which the links in its mails lead.
const PublicURL = "https://api.example.com"

// StartMail starts a server as Start does that sends its mails to a fake mail server.
func StartMail(t testing.TB, changes ...func(*settings.Settings)) (*Server, *fakes.Mail) {
	t.Helper()
	mail := fakes.NewMail(t)
	link := func(s *settings.Settings) { s.PublicURL = PublicURL }
	return StartStored(t, mail.Store, append([]func(*settings.Settings){link}, changes...)...), mail
}
