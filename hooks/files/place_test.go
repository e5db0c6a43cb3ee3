package files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// beforeIDs calls work when a media row is to be created, in its transaction, before it has a number.
func beforeIDs(s *testkit.Server, work func(tx core.App) error) {
	s.App.OnRecordCreate(store.Media).Bind(&hook.Handler[*core.RecordEvent]{
		Priority: -10_000,
		Func: func(e *core.RecordEvent) error {
			if err := work(e.App); err != nil {
				return err
			}
			return e.Next()
		},
	})
}

// wantServed checks that the files of some media are served, and that nothing else is stored.
func wantServed(t *testing.T, s *testkit.Server, urls ...string) {
	t.Helper()
	names := map[string]bool{}
	for _, url := range urls {
		s.Request("GET", url[strings.Index(url, "/storage/"):]).Do().Want(200)
		names[path.Base(url)] = true
	}
	for _, file := range s.AwaitStored(2 * len(urls)) {
		if !names[strings.TrimSuffix(path.Base(file), ".attrs")] {
			t.Errorf("stored is %s as well", file)
		}
	}
}

// A file is at its place before the transaction of its row begins to write, so that nobody waits for the disk meanwhile.
func TestFilesAreInPlaceBefore(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	var during []string
	beforeIDs(s, func(core.App) error { during = s.StoredFiles(); return nil })
	url := client.Data.String("data", "media", 0, "path_url")
	for id := 2; id < 4; id++ {
		url = s.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200).Map().String("data", "media", 0, "path_url")
		if want := fmt.Sprint("/", id, "/", path.Base(url)); !slices.ContainsFunc(during, func(file string) bool { return strings.HasSuffix(file, want) }) {
			t.Errorf("of %s there are %v", want, during)
		}
	}
	wantServed(t, s, url)
}

// The number for which a file was placed may be another row's in the end.
func TestTheNumberIsTaken(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	beforeIDs(s, func(tx core.App) error {
		_, err := store.NextID(context.Background(), tx, store.Media)
		return err
	})
	media := s.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200).Map()
	if id := media.Int("data", "media", 0, "id"); id != 3 {
		t.Errorf("the number is %d", id)
	}
	wantServed(t, s, media.String("data", "media", 0, "path_url"))
	s.WantCleanLog()
}

// Uploads at the same moment, half of which fail in their transactions, get the numbers without gaps, and the failed
// ones leave nothing.
func TestUploadsAtOnce(t *testing.T) {
	s := testkit.Start(t)
	const uploads = 12
	var people []testkit.Person
	for range uploads {
		people = append(people, s.Performer())
	}
	client := s.Client()
	s.App.OnRecordCreateExecute(store.Media).BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("user") == fmt.Sprint(people[1].ID) {
			return fmt.Errorf("no")
		}
		return e.Next()
	})
	var mu sync.Mutex
	var ids []int
	var urls []string
	testkit.Concurrently(2*uploads, func(i int) {
		who := people[i/2]
		if i%2 == 1 {
			who = people[1] // whose uploads fail
		}
		answer := s.Post("user/update").As(who.Token).Multipart([]testkit.File{testkit.Picture()}).Do()
		if who.ID == people[1].ID {
			answer.Want(500)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		ids = append(ids, answer.Want(200).Map().Int("data", "media", 0, "id"))
		urls = append(urls, answer.Map().String("data", "media", 0, "path_url"))
	})
	slices.Sort(ids)
	for i, id := range ids {
		if want := uploads + 2 + i; id != want {
			t.Errorf("number %d instead of %d", id, want)
		}
	}
	wantServed(t, s, append(urls, people[1].Data.String("data", "media", 0, "path_url"), client.Data.String("data", "media", 0, "path_url"))...)
}

// The number of an upload that failed is given to the next one, whose files must survive the removal of the failed one's.
func TestFailedUploadSparesItsSuccessor(t *testing.T) {
	s := testkit.Start(t)
	failed, err := files.Store(s.App, bytes.NewReader(testkit.Picture().Content))
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("the device can't be saved")
	if err := files.RunInTransaction(s.App, failed, func(core.App) error { return cause }); !errors.Is(err, cause) {
		t.Fatal(err)
	}
	placed := s.StoredFiles()
	next := s.Client()
	url := next.Data.String("data", "media", 0, "path_url")
	folder := func(file string) string { return path.Base(path.Dir(file)) }
	if stored := s.StoredFiles(); len(placed) != 3 || !slices.ContainsFunc(stored, func(file string) bool {
		return path.Base(file) == path.Base(url) && folder(file) == folder(placed[0])
	}) {
		t.Fatalf("the failed upload was placed, with the mark that says so, as %v, the next one as %v", placed, stored)
	}
	failed.Discard()
	wantServed(t, s, url)
}
