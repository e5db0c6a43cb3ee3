package upgrade_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/routes/testkit"
)

// nextMigration is a migration of the next version. With the variable NEXT=hang it stops in its middle.
const nextMigration = `package pb_migrations

import (
	"fmt"
	"os"

	"github.com/pocketbase/pocketbase/core"
)

func init() {
	core.AppMigrations.Register(func(txApp core.App) error {
		for _, statement := range []string{"CREATE TABLE next (id INTEGER)", "UPDATE users SET name = 'migrated'"} {
			if _, err := txApp.DB().NewQuery(statement).Execute(); err != nil {
				return err
			}
			if os.Getenv("NEXT") == "hang" && statement[0] == 'U' {
				fmt.Println("in the middle")
				select {}
			}
		}
		return nil
	}, nil)
}
`

// next builds the next version, 0.2.0, which has one migration more.
var next = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "privet-next-")
	if err != nil {
		return "", err
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		return "", err
	}
	source, overlay := filepath.Join(dir, "next.go"), filepath.Join(dir, "overlay.json")
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, "pb_migrations", nextName): source}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(source, []byte(nextMigration), 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, replaced, 0o600); err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "privet")
	build := exec.Command("go", "build", "-overlay", overlay, "-ldflags", "-X main.linkedVersion=0.2.0", "-o", binary, ".")
	build.Dir, build.Stderr = root, os.Stderr
	return binary, build.Run()
})

const nextName = "1999999999_next.go"

// The database is copied before a new version's migrations, once, however often they are interrupted; and what an older
// version prints leads back.
func TestUpgradeAndBack(t *testing.T) {
	if testing.Short() {
		t.Skip("builds another version")
	}
	newer, err := next()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(newer)) })
	p := testkit.Process(t)
	first := p.Client()

	// Beside a running server the next version touches nothing.
	for _, arguments := range [][]string{{"serve", "--http", "127.0.0.1:0"}, {"migrate", "up"}} {
		out, err := exec.Command(newer, append(arguments, "--dir", p.Dir)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "another privet serves the data folder "+p.Dir+": stop it first, as version 0.2.0 has to migrate") {
			t.Errorf("%v: %v, and\n%s", arguments, err, out)
		}
	}
	p.Get("user/search").As(first.Token).Do().Want(200)
	p.Stop(syscall.SIGTERM)

	// It is killed in the middle, and the old one goes on.
	killedInTheMiddle(t, newer, p.Dir)
	wantCopies(t, p.Dir, 1)
	p.Start()
	second := p.Client()
	p.Stop(syscall.SIGTERM)

	// It is killed twice more, and then goes on itself.
	killedInTheMiddle(t, newer, p.Dir)
	killedInTheMiddle(t, newer, p.Dir)
	wantCopies(t, p.Dir, 2)
	p.Executable = newer
	p.Start()
	if name := p.Get(second.Path()).As(second.Token).Do().Want(200).Map().At("data", "name"); name != "migrated" {
		t.Errorf("the migration left the name %v", name)
	}
	third := p.Client()
	p.Stop(syscall.SIGTERM)
	copies := wantCopies(t, p.Dir, 2)

	// The old version refuses the folder, and its way back works.
	digestBefore := digest(t, filepath.Join(p.Dir, "data.db"))
	out, code := runOn(t, p.Dir, "serve", "--http", "127.0.0.1:0")
	for _, want := range []string{"belongs to a newer version of privet, 0.2.0, which has run the migration " + nextName + "; this is version 0.1.0", copies[1]} {
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, without %q:\n%s", code, want, out)
		}
	}
	if digest(t, filepath.Join(p.Dir, "data.db")) != digestBefore {
		t.Error("who was refused has changed the database")
	}
	commands := strings.Join(regexp.MustCompile(`(?m)^  .*$`).FindAllString(out, -1), "\n")
	if printed, err := exec.Command("sh", "-euc", commands).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", commands, err, printed)
	}
	p.Executable = ""
	p.Start()
	if name := p.Get(second.Path()).As(second.Token).Do().Want(200).Map().At("data", "name"); name == "migrated" {
		t.Error("the copy was made after the migration")
	}
	p.Get("user/search").As(third.Token).Do().Want(401)
	p.Get("user/search").As(first.Token).Do().Want(200)
}

// killedInTheMiddle starts a version on a folder, and kills it in the middle of its migration.
func killedInTheMiddle(t *testing.T, binary, dir string) {
	t.Helper()
	var log testkit.Log
	command := exec.Command(binary, "serve", "--dir", dir, "--http", "127.0.0.1:0")
	command.Env, command.Stdout, command.Stderr = append(os.Environ(), "NEXT=hang"), &log, &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); !strings.Contains(log.String(), "in the middle"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Error("the migration was not begun")
			break
		}
	}
	_ = command.Process.Kill()
	_ = command.Wait() // says that it was killed
}

// wantCopies checks how many copies a folder has, that each is sound and as it was before the migration, and that nothing is left
// beside them. It returns their paths, the oldest first.
func wantCopies(t *testing.T, dir string, want int) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "before-*"))
	if err != nil || len(paths) != want {
		t.Fatalf("%d copies: %q, %v", len(paths), paths, err)
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(info.Mode(), err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		opened := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(opened, content, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := database.Connect(opened)
		if err != nil {
			t.Fatal(err)
		}
		var sound string
		var migrations []string
		if err := db.NewQuery("PRAGMA integrity_check").Row(&sound); err != nil || sound != "ok" {
			t.Errorf("%s: %s, %v", path, sound, err)
		}
		if err := db.NewQuery("SELECT file FROM _migrations").Column(&migrations); err != nil || slices.Contains(migrations, nextName) || len(migrations) < 10 {
			t.Errorf("%s: %q, %v", path, migrations, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return bytes.Compare([]byte(a), []byte(b)) })
	return paths
}
