package command_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/hooks/store/dbfile"
	"github.com/privet/privet/routes/testkit"
)

// run runs a command of the binary on a data folder, and returns what it printed and its status.
func run(t *testing.T, dir string, arguments ...string) (printed string, status int) {
	t.Helper()
	return runWith(t, nil, append(arguments, "--dir", dir)...)
}

func runWith(t *testing.T, env []string, arguments ...string) (printed string, status int) {
	t.Helper()
	command := exec.Command(testkit.Binary(t), arguments...)
	command.Env = append(append(os.Environ(), "TMPDIR="+t.TempDir()), env...)
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

// want fails the test unless a command has ended with a status and printed all of the texts.
func want(t *testing.T, printed string, status, wanted int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(printed, text) {
			t.Errorf("%q is not printed", text)
		}
	}
	if status != wanted || t.Failed() {
		t.Fatalf("status %d, want %d: %s", status, wanted, printed)
	}
}

// busy is a server with people and orders, ten uploads that are under way, and people who change their picture again and
// again, so that rows and files come and go.
func busy(t *testing.T) *testkit.Running {
	t.Helper()
	p := testkit.Process(t)
	performer := p.Performer()
	var clients []testkit.Person
	for range 3 {
		client := p.Client()
		clients = append(clients, client)
		p.Finish(performer, p.Order(client, performer)).Want(http.StatusOK)
	}
	var uploads []*testkit.PartialUpload
	for range 10 {
		order := p.Order(clients[0], performer)
		uploads = append(uploads, p.Post(fmt.Sprint("order/update/", order)).As(performer.Token).SendHalf(8<<20, "status", "2"))
	}
	stop := make(chan struct{})
	var changing sync.WaitGroup
	for _, client := range clients {
		changing.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_, _ = p.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Try()
				}
			}
		})
	}
	t.Cleanup(func() {
		close(stop)
		changing.Wait()
		for _, upload := range uploads {
			upload.Abort()
		}
	})
	return p
}

// entries returns the names in a backup, without the files of attributes.
func entries(t *testing.T, path string) (names []string) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, file := range archive.File {
		if !strings.HasSuffix(file.Name, ".attrs") {
			names = append(names, file.Name)
		}
	}
	return names
}

// wantOwned fails the test unless the files of a restored folder are those that the rows of its database name.
func wantOwned(t *testing.T, dir string) {
	t.Helper()
	db, err := dbfile.Open(filepath.Join(dir, dbfile.Name))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var named, stored []string
	err = db.StoredFiles(t.Context(), func(key string) error { named = append(named, key); return nil })
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "storage", "*", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, ".attrs") {
			stored = append(stored, filepath.ToSlash(file[len(filepath.Join(dir, "storage"))+1:]))
		}
	}
	slices.Sort(named)
	slices.Sort(stored)
	if !slices.Equal(named, stored) || len(named) == 0 {
		t.Errorf("the rows name %d files and the storage has %d:\n%q\n%q", len(named), len(stored), named, stored)
	}
}

// Backups during ten uploads, while other files are removed, have all that rows own and nothing raw: those of the command
// and those of the dashboard. They restore elsewhere.
func TestBackupDuringUploads(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	p := busy(t)
	dashboard := p.Dashboard()
	folder := t.TempDir()
	made := []string{filepath.Join(folder, "a.zip"), filepath.Join(folder, "b.zip"), filepath.Join(p.Dir, "backups", "c.zip")}
	for _, path := range made {
		if strings.HasPrefix(path, p.Dir) {
			dashboard.Request(http.MethodPost, "backups").JSON(map[string]any{"name": "c.zip"}).Do().Want(http.StatusNoContent)
		} else {
			printed, status := run(t, p.Dir, "backup", path)
			want(t, printed, status, 0, "is complete and verified", "4 users", "13 orders", "files     7,")
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %v", path, err)
		}
		names := entries(t, path)
		if len(names) != 9 || !slices.Contains(names, "data.db") || !slices.Contains(names, "privet-backup.json") {
			t.Errorf("%s has %q", path, names)
		}
		restored := filepath.Join(t.TempDir(), "new")
		printed, status := runWith(t, nil, "restore", path, "--dir", restored)
		want(t, printed, status, 0, "4 users", "13 orders")
		wantOwned(t, restored)
	}
	if left, _ := filepath.Glob(filepath.Join(p.Dir, "privet", "backup-*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 2 {
		t.Errorf("left: %v %v", left, err)
	}
	before, err := os.ReadFile(made[0])
	if err != nil {
		t.Fatal(err)
	}
	printed, status := run(t, p.Dir, "backup", made[0])
	want(t, printed, status, 1, "exists already")
	if after, err := os.ReadFile(made[0]); err != nil || !bytes.Equal(before, after) {
		t.Error("the backup that was there has changed", err)
	}
}

// A backup that has no room, or no data folder, leaves nothing. What the storage has lost before is named.
func TestBackupThatFails(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	p := testkit.Process(t)
	p.Client()
	small := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "none", small).CombinedOutput(); err == nil {
		t.Cleanup(func() { _ = exec.Command("umount", small).Run() })
		printed, status := run(t, p.Dir, "backup", filepath.Join(small, "a.zip"))
		want(t, printed, status, 1)
		if left, err := os.ReadDir(small); err != nil || len(left) > 0 {
			t.Errorf("left: %v %v", left, err)
		}
	} else {
		t.Logf("no small disk: %v %s", err, out)
	}
	empty := t.TempDir()
	printed, status := run(t, empty, "backup", filepath.Join(small, "a.zip"))
	want(t, printed, status, 1, "is no data folder of privet")
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("a data folder was made: %v %v", left, err)
	}
	stored, err := filepath.Glob(filepath.Join(p.Dir, "storage", "*", "*", "*.png"))
	if err != nil || len(stored) != 1 {
		t.Fatal(stored, err)
	}
	if err := os.Remove(stored[0]); err != nil {
		t.Fatal(err)
	}
	printed, status = run(t, p.Dir, "backup", filepath.Join(t.TempDir(), "a.zip"))
	want(t, printed, status, 2, "1 files that rows name are not in the storage", filepath.Base(stored[0]))
}

func TestMigrateWritesNoFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	for _, what := range []string{"create", "collections"} {
		printed, status := run(t, dir, "migrate", what, "x")
		want(t, printed, status, 1, "would write a file that nothing reads")
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "migrations")); err == nil {
		t.Error("a folder of migrations was made")
	}
	printed, status := runWith(t, nil, "migrate", "--help")
	want(t, printed, status, 0, "history-sync")
	if strings.Contains(printed, "create name") {
		t.Error(printed)
	}
}

// A wrong setting stops the server, and not the account by which somebody could sign in.
func TestSuperuserDespiteWrongSettings(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	for _, env := range []string{"PRIVET_RATE_LIMIT=many", "PRIVET_RATELIMIT=5", "GOOGLE_APPLICATION_CREDENTIALS=/nowhere"} {
		printed, status := runWith(t, []string{env}, "superuser", "upsert", "desk@example.com", "correct horse battery", "--dir", dir)
		want(t, printed, status, 0, "desk@example.com")
		printed, status = runWith(t, []string{env}, "serve", "--dir", dir)
		name, _, _ := strings.Cut(env, "=")
		want(t, printed, status, 1, name)
	}
}
