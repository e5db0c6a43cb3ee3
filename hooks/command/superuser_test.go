package command_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// The command line gives roles by the same rules, before the first start, too, and can't take the last owner.
func TestSuperuserRoles(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	run := func(arguments ...string) (string, bool) {
		t.Helper()
		out, err := exec.Command(testkit.Binary(t), append(arguments, "--dir", dir)...).CombinedOutput()
		return string(out), err == nil
	}
	want := func(says string, succeeds bool, arguments ...string) {
		t.Helper()
		if out, ok := run(arguments...); ok != succeeds || !strings.Contains(out, says) {
			t.Errorf("%v: %v, %s", arguments, ok, out)
		}
	}
	want("is no data folder", false, "superuser", "role", "olga@example.com", "owner")
	for _, email := range []string{"olga@example.com", "vera@example.com"} {
		want("Successfully", true, "superuser", "upsert", email, testkit.SuperuserPassword)
	}
	want("Successfully", true, "superuser", "create", "ivan@example.com", testkit.SuperuserPassword)

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
	want("last owner", false, "superuser", "role", "olga@example.com", "moderator")
	want("last owner", false, "superuser", "delete", "olga@example.com")
	want("owner or moderator", false, "superuser", "role", "vera@example.com", "boss")
	want("there is no superuser", false, "superuser", "role", "nobody@example.com", "owner")
	want("usage: privet superuser role E-MAIL owner|moderator", false, "superuser", "role", "vera@example.com")
	want("superuser vera@example.com: owner", true, "superuser", "role", "vera@example.com", "owner")
	want("superuser olga@example.com: moderator", true, "superuser", "role", "olga@example.com", "moderator")
	want("Successfully", true, "superuser", "update", "olga@example.com", testkit.SuperuserPassword)
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
	want("has the desk alone", true, "superuser", "--help")
}
