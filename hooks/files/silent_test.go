package files_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/routes/testkit"
)

// An object store that takes connections and says nothing holds up no request for ever, neither an upload nor a download, from the
// beginning or in the middle. It is told of in its words, and nothing is left of the upload.
func TestObjectStoreIsSilent(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a silent server")
	}
	defer files.SetMaxIdle(time.Second)()
	store := newObjectStore(t)
	s := testkit.Start(t)
	store.use(s.Dashboard())
	client := s.Client()
	upload := func() *testkit.Answer {
		return s.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Do()
	}
	path := testkit.PathOf(upload().Want(http.StatusOK).Map().String("data", "media", 0, "path_url"))
	before := store.await(t, 1) // the former picture is removed

	store.fail(silent)
	upload().Want(http.StatusInternalServerError)
	s.Get(path).Do().Want(http.StatusInternalServerError)
	s.Get("/api/health").Do().Want(http.StatusServiceUnavailable)
	s.WantLog("the object store (bucket privet at " + store.URL + ") has not answered for 1s")
	if name := filepath.Base(path); strings.Contains(s.Log.String(), name) || !strings.Contains(s.Log.String(), name[:6]+"…") {
		t.Errorf("whoever reads the log can read the file %s", name)
	}
	if err := s.App.CreateBackup(t.Context(), "kept.zip"); err != nil { // files in the store are in no backup
		t.Error(err)
	}
	settings := s.App.Settings()
	settings.Backups.S3 = settings.S3
	err := s.App.CreateBackup(t.Context(), "sent.zip")
	if told := (*files.Silent)(nil); !errors.As(err, &told) {
		t.Errorf("a backup that is sent to the store: %v", err)
	}
	store.fail(func(w http.ResponseWriter, r *http.Request) { // it stops in the middle
		w.Header().Set("Content-Length", strconv.Itoa(len(testkit.PNG())))
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		if r.Method == http.MethodGet {
			_, _ = w.Write(testkit.PNG()[:10])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	})
	answer, err := http.Get(s.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got, err := io.ReadAll(answer.Body); err == nil || len(got) > 10 {
		t.Errorf("%d bytes, taken for all: %v", len(got), err)
	}

	store.fail(working)
	s.AwaitHealth(15*time.Second, http.StatusOK)
	if got := s.Get(path).Do().Want(http.StatusOK).Body; !bytes.Equal(got, testkit.PNG()) {
		t.Errorf("%d bytes", len(got))
	}
	upload().Want(http.StatusOK)
	if now := store.await(t, 1); len(now) != 1 || slices.Equal(now, before) {
		t.Errorf("objects: %v", now)
	}
}

// A bucket that is not there is told from an object that is not there.
func TestNoBucket(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	store := newObjectStore(t)
	s := testkit.Start(t)
	store.use(s.Dashboard())
	if err := files.CheckObjects(t.Context(), s.App); err != nil {
		t.Error(err)
	}
	s.App.Settings().S3.Bucket = "another"
	if err := files.CheckObjects(t.Context(), s.App); err == nil {
		t.Error("a bucket that is not there works")
	} else {
		t.Log(err)
	}
}
