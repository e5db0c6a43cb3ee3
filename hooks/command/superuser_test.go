package command_test

import (
	"path/filepath"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// The command line gives roles by the same rules, before the first start, too, and can't take the last owner.
func TestSuperuserRoles(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	try := func(says string, status int, arguments ...string) {
		t.Helper()
		printed, got := run(t, dir, arguments...)
		want(t, printed, got, status, says)
	}
	try("is no data folder", 1, "superuser", "role", "olga@example.com", "owner")
	for _, email := range []string{"olga@example.com", "vera@example.com"} {
		try("Successfully", 0, "superuser", "upsert", email, testkit.SuperuserPassword)
	}
	try("Successfully", 0, "superuser", "create", "ivan@example.com", testkit.SuperuserPassword)

	p := testkit.ProcessOn(t, dir)
	roles := func() string {
		t.Helper()
		text := ""
		for _, email := range []string{"olga", "vera", "ivan"} {
			answer := p.Post("/api/collections/_superusers/auth-with-password").
				JSON(map[string]any{"identity": email + "@example.com", "password": testkit.SuperuserPassword}).Do().Want(200)
			text += " " + email + " " + answer.Map().String("record", "role")
		}
		return text
	}
	if got := roles(); got != " olga owner vera moderator ivan moderator" {
		t.Error(got)
	}
	try("last owner", 1, "superuser", "role", "olga@example.com", "moderator")
	try("last owner", 1, "superuser", "delete", "olga@example.com")
	try("owner or moderator", 1, "superuser", "role", "vera@example.com", "boss")
	try("there is no superuser", 1, "superuser", "role", "nobody@example.com", "owner")
	try("usage: privet superuser role E-MAIL owner|moderator", 1, "superuser", "role", "vera@example.com")
	try("superuser vera@example.com: owner", 0, "superuser", "role", "vera@example.com", "owner")
	try("superuser olga@example.com: moderator", 0, "superuser", "role", "olga@example.com", "moderator")
	try("Successfully", 0, "superuser", "update", "olga@example.com", testkit.SuperuserPassword)
	if got := roles(); got != " olga moderator vera owner ivan moderator" {
		t.Error(got)
	}
	signedIn := p.Post("/api/collections/_superusers/auth-with-password").
		JSON(map[string]any{"identity": "vera@example.com", "password": testkit.SuperuserPassword}).Do().Want(200).Map().String("token")
	acts := map[any]int{}
	for _, row := range p.DashboardOf(signedIn).List("audit") {
		if row["actor"] == "operator" && row["target_kind"] == "_superusers" {
			acts[row["act"]]++
		}
	}
	if acts["create"] != 3 || acts["edit"] != 3 {
		t.Errorf("the audit has %v", acts)
	}
	try("has the desk alone", 0, "superuser", "--help")
}
