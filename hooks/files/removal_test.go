package files_test

import (
	"flag"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

var kills = flag.Int("kills", 4, "how often TestRemovalsSurviveKills kills the server")

// Whatever removes a file, a kill right after its answer leaves nothing of it after the next start.
func TestRemovalsSurviveKills(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	p := testkit.Process(t)
	dashboard := p.Dashboard()
	client, performer := p.Client(), p.Performer()
	kinds := []func(){
		func() { // takedown
			done := p.Finish(performer, p.Order(client, performer)).Want(200).Map()
			dashboard.Delete(store.Media, done.Int("data", "media", 0, "id")).Want(204)
		},
		func() { // erasure
			erased := p.Client()
			dashboard.Change(store.Users, erased.ID, map[string]any{"erase": erased.Email}).Want(200)
		},
		func() { // replacement of the profile picture
			p.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200)
		},
		func() { // deletion of a user, and with it of what belongs to them
			dashboard.Delete(store.Users, p.Client().ID).Want(204)
		},
	}
	const stay = 4 // files: two profile pictures, each with its attributes
	left := 0
	for i := range *kills {
		kinds[i%len(kinds)]()
		p.Stop(syscall.SIGKILL)
		if len(p.StoredFiles()) > stay {
			left++
		}
		p.Start()
		if files := p.AwaitStored(stay); len(files) != stay {
			t.Fatalf("after kill %d: %v", i+1, files)
		}
	}
	t.Logf("%d of %d kills came before the files were removed", left, *kills)
}

// A removal that fails is tried again until it succeeds, also by another process.
func TestRemovalIsRetried(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	p := testkit.Process(t)
	dashboard := p.Dashboard()
	client, performer := p.Client(), p.Performer()
	done := p.Finish(performer, p.Order(client, performer)).Want(200).Map()
	var file string
	for _, stored := range p.StoredFiles() {
		if path.Base(stored) == path.Base(done.String("data", "media", 0, "path_url")) {
			file = filepath.Join(p.Dir, "storage", stored)
		}
	}
	frozen := filepath.Dir(file)
	thaw := freeze(t, frozen)
	dashboard.Delete(store.Media, done.Int("data", "media", 0, "id")).Want(204)
	p.WantLog("can't be removed, and will be tried again")
	if _, err := os.Stat(frozen); err != nil {
		t.Fatalf("it was removed: %v", err)
	}
	p.Stop(syscall.SIGKILL)
	p.Start()
	thaw()
	if files := p.AwaitStored(4); len(files) != 4 {
		t.Errorf("left: %v", files)
	}
}

// freeze makes what is in a folder impossible to remove, until thaw is called.
func freeze(t *testing.T, folder string) (thaw func()) {
	t.Helper()
	if os.Getuid() != 0 {
		if err := os.Chmod(folder, 0o500); err != nil {
			t.Fatal(err)
		}
		return func() { _ = os.Chmod(folder, 0o700) }
	}
	chattr := func(flag string) error { return exec.Command("chattr", flag, folder).Run() }
	if err := chattr("+i"); err != nil {
		t.Skip("the file system has no immutable folders: ", err)
	}
	t.Cleanup(func() { _ = chattr("-i") })
	return func() {
		if err := chattr("-i"); err != nil {
			t.Error(err)
		}
	}
}

// While a file is at its place and its row is not committed, the storage says so; a start after a kill at that moment
// removes the file, though its number has become another's.
func TestKillBeforeTheCommit(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	var during []string
	s.App.OnRecordCreateExecute(store.Media).BindFunc(func(e *core.RecordEvent) error {
		during = s.StoredFiles()
		return e.Next()
	})
	order := s.Order(client, performer)
	before := s.StoredFiles()
	done := s.Finish(performer, order).Want(200).Map()
	name := path.Base(done.String("data", "media", 0, "path_url"))
	added := slices.DeleteFunc(during, func(file string) bool { return slices.Contains(before, file) })
	if len(added) != 3 || path.Base(added[0]) != name || added[2] != "uploads/3~"+name+".placing" {
		t.Fatalf("before the commit there are %v", added)
	}
	if after := s.StoredFiles(); len(after) != len(before)+2 {
		t.Errorf("afterwards: %v", after)
	}

	p := testkit.Process(t)
	p.Client() // has media item 1
	p.Stop(syscall.SIGKILL)
	stored := p.StoredFiles()
	replant := strings.NewReplacer("/3/", "/1/", "/3~", "/1~") // the number is that of a row by now
	for _, file := range added {
		file = filepath.Join(p.Dir, "storage", replant.Replace(file))
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if now := p.StoredFiles(); len(now) != len(stored)+3 {
		t.Fatalf("prepared: %v", now)
	}
	p.Start()
	if now := p.AwaitStored(len(stored)); !slices.Equal(now, stored) {
		t.Errorf("left: %v", now)
	}
}

// The nightly sweep removes files that no media item has once they are a week old, and tells of all of them.
func TestUnassignedFiles(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	s.Client()
	stored := s.StoredFiles()
	folder, err := store.MediaFolder(s.App, "1")
	if err != nil {
		t.Fatal(err)
	}
	plant := func(id, name string, age time.Duration) {
		t.Helper()
		file := filepath.Join(s.App.DataDir(), "storage", filepath.Dir(folder), id, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("of nobody"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	const week = 7 * 24 * time.Hour
	plant("1", "old.mp4", week+time.Minute)
	plant("1", "new.mp4", week-time.Hour)
	plant("77", "old.jpg", 2*week)
	for _, name := range stored { // as old as they can be
		old := time.Now().Add(-52 * week)
		if err := os.Chtimes(filepath.Join(s.App.DataDir(), "storage", name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	s.RunJob("privet_storage")
	s.WantLog(`msg="the storage has files that no media item has" count=3 bytes=27 removed=2 key=` + filepath.Dir(folder))
	now := s.AwaitStored(len(stored) + 1)
	want := slices.Sorted(slices.Values(append(stored, path.Join(folder, "new.mp4"))))
	slices.Sort(now)
	if !slices.Equal(now, want) {
		t.Errorf("left are %v, want %v", now, want)
	}
	testkit.Await(t, testkit.Soon, "removals wait that were made", func() bool { return s.Count("file_removals") == 0 })
}
