package hooks_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/privet/privet/hooks/store/superuser"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/pocketbase/pocketbase/core"
)

// account returns the fields of a new superuser's form.
func account(email string) map[string]any {
	return map[string]any{"email": email, "password": testkit.SuperuserPassword, "passwordConfirm": testkit.SuperuserPassword}
}

// roleOf returns the role of a superuser.
func roleOf(t *testing.T, s *testkit.Server, email string) superuser.Role {
	t.Helper()
	record, err := s.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, email)
	if err != nil {
		t.Fatal(err)
	}
	return superuser.RoleOf(record)
}

// The first superuser is an owner, also where PocketBase's installer makes it; others are moderators unless an owner chooses
// otherwise.
func TestRolesOfNewSuperusers(t *testing.T) {
	s := testkit.Start(t)
	superusers, err := s.App.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	installer := core.NewRecord(superusers)
	installer.SetEmail(core.DefaultInstallerEmail)
	installer.SetRandomPassword()
	if err := s.App.Save(installer); err != nil {
		t.Fatal(err)
	}
	token, err := installer.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	first := account("first@example.com")
	first["role"] = "moderator" // there is no owner yet
	s.DashboardOf(token).Create("_superusers", first).Want(200)
	if n := s.Count("_superusers"); n != 1 {
		t.Errorf("%d superusers: the installer's stays", n)
	}
	record, err := s.App.FindAuthRecordByEmail(superusers, "first@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if token, err = record.NewAuthToken(); err != nil {
		t.Fatal(err)
	}
	dashboard := s.DashboardOf(token)
	dashboard.Create("_superusers", account("form@example.com")).Want(200)
	chosen := account("chosen@example.com")
	chosen["role"] = "owner"
	dashboard.Create("_superusers", chosen).Want(200)
	chosen["role"], chosen["email"] = "emperor", "emperor@example.com"
	dashboard.Create("_superusers", chosen).WantFields("role")
	dashboard.Request(http.MethodPost, "batch").JSON(map[string]any{"requests": []any{map[string]any{
		"method": "POST", "url": "/api/collections/_superusers/records", "body": account("batch@example.com")}}}).Do().Want(200)
	for email, want := range map[string]superuser.Role{
		"first@example.com": superuser.Owner, "form@example.com": superuser.Moderator, "chosen@example.com": superuser.Owner, "batch@example.com": superuser.Moderator,
	} {
		if role := roleOf(t, s, email); role != want {
			t.Errorf("%s: %s, want %s", email, role, want)
		}
	}
}

// Privet has an owner at all times, whatever somebody tries to change or delete.
func TestLastOwnerStays(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	s.Moderator()
	owner, err := s.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, testkit.OwnerEmail)
	if err != nil {
		t.Fatal(err)
	}
	path := dashboard.Path("_superusers", owner.Id)
	patch := func(body string) *testkit.Answer { return dashboard.Request(http.MethodPatch, path).JSON(body).Do() }
	patch(`{"role":"moderator"}`).WantFields("role")
	patch(`{"role-":"owner"}`).WantFields("role")
	patch(`{"role":""}`).WantFields("role")
	patch(`{"email":"` + core.DefaultInstallerEmail + `"}`).WantFields("email")
	dashboard.Delete("_superusers", owner.Id).WantMessage("last owner")
	batch := func(request map[string]any) *testkit.Answer {
		return dashboard.Request(http.MethodPost, "batch").JSON(map[string]any{"requests": []any{request}}).Do()
	}
	batch(map[string]any{"method": "PATCH", "url": "/api/" + path, "body": map[string]any{"role": "moderator"}}).Want(400)
	batch(map[string]any{"method": "DELETE", "url": "/api/" + path}).Want(400)
	dashboard.Request(http.MethodDelete, "collections/_superusers/truncate").Do().Want(400)
	for _, statement := range []string{
		"DELETE FROM _superusers", "UPDATE _superusers SET role = 'moderator'", "UPDATE _superusers SET email = '" + core.DefaultInstallerEmail + "' WHERE role = 'owner'",
	} {
		dashboard.Request(http.MethodPost, "sql").JSON(map[string]any{"query": statement}).Do().Want(400)
	}
	if n := s.Count("_superusers"); n != 2 || roleOf(t, s, testkit.OwnerEmail) != superuser.Owner || roleOf(t, s, testkit.ModeratorEmail) != superuser.Moderator {
		t.Errorf("%d superusers", n)
	}

	// Once there is another one, an owner may go.
	second := account("second@example.com")
	second["role"] = "owner"
	dashboard.Create("_superusers", second).Want(200)
	stale, err := s.App.FindRecordById(core.CollectionNameSuperusers, owner.Id)
	if err != nil {
		t.Fatal(err)
	}
	patch(`{"role":"moderator"}`).Want(200)
	stale.SetPassword("another long password") // a copy from before does not bring the role back
	if err := s.App.Save(stale); err != nil {
		t.Fatal(err)
	}
	if role := roleOf(t, s, testkit.OwnerEmail); role != superuser.Moderator {
		t.Errorf("a stale copy made them %s again", role)
	}
}

// Of two owners who make each other moderators at the same moment one stays an owner.
func TestOwnersAtTheSameMoment(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	for try := range 5 {
		second := account(fmt.Sprintf("second%d@example.com", try))
		second["role"] = "owner"
		dashboard.Create("_superusers", second).Want(200)
		owners, err := s.App.FindAllRecords(core.CollectionNameSuperusers)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for _, owner := range owners {
			wait.Go(func() {
				superuser.SetRole(owner, superuser.Moderator)
				_ = s.App.Save(owner) // one is refused
			})
		}
		wait.Wait()
		if n := s.Count("_superusers WHERE role = 'owner'"); n != 1 {
			t.Fatalf("%d owners", n)
		}
		s.Exec("UPDATE _superusers SET role = 'owner' WHERE email = '%s'", testkit.OwnerEmail)
		s.Exec("DELETE FROM _superusers WHERE email <> '%s'", testkit.OwnerEmail)
	}
}

// Of a backup that failed owners get a mail, with the error as it is, and moderators none.
func TestAlertsAreForOwners(t *testing.T) {
	mail := fakes.NewMail(t)
	s := testkit.StartStored(t, mail.Store)
	s.Moderator()
	if err := os.WriteFile(filepath.Join(s.App.DataDir(), core.LocalBackupsDirName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.SaveSettings(func(s *core.Settings) { s.Backups.Cron = "0 0 1 1 *" })
	for _, job := range s.App.Cron().Jobs() {
		if job.Id() == "__pbAutoBackup__" {
			job.Run()
		}
	}
	if alerts := mail.Wait("system alert", 1, testkit.Soon); len(alerts) != 1 || alerts[0].To != testkit.OwnerEmail {
		t.Errorf("%+v", alerts)
	}
}
