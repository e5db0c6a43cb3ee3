package files_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

const bucket = "privet"

// objectStore is an S3 server on the loopback interface.
type objectStore struct {
	*httptest.Server
	backend *s3mem.Backend
	mode    atomic.Pointer[http.HandlerFunc] // answers in its place, nil for working
}

// What an object store does instead of its work, other than working.
var (
	working http.HandlerFunc
	failing http.HandlerFunc = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	silent  http.HandlerFunc = func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not see that the client goes away
		<-r.Context().Done()
	}
)

// fail makes the store answer by another handler from now on.
func (o *objectStore) fail(by http.HandlerFunc) {
	o.mode.Store(&by)
	o.CloseClientConnections()
}

// newObjectStore starts an S3 server with an empty bucket that runs until the test ends.
func newObjectStore(t *testing.T) *objectStore {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	o := &objectStore{backend: backend}
	works := gofakes3.New(backend).Server()
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if by := o.mode.Load(); by != nil && *by != nil {
			(*by)(w, r)
			return
		}
		works.ServeHTTP(w, r)
	}))
	t.Cleanup(o.Close)
	t.Cleanup(o.CloseClientConnections)
	return o
}

// keys returns the names of all objects.
func (o *objectStore) keys(t *testing.T) (keys []string) {
	t.Helper()
	list, err := o.backend.ListBucket(bucket, &gofakes3.Prefix{}, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range list.Contents {
		keys = append(keys, object.Key)
	}
	return keys
}

// await waits until there are n objects, for five seconds at most, and returns the names of all.
func (o *objectStore) await(t *testing.T, n int) []string {
	t.Helper()
	for range 500 {
		if keys := o.keys(t); len(keys) == n {
			return keys
		}
		time.Sleep(10 * time.Millisecond)
	}
	return o.keys(t)
}

// use makes a server store its files there, by the dashboard's settings.
func (o *objectStore) use(dashboard *testkit.Dashboard) {
	dashboard.Request(http.MethodPatch, "settings").JSON(map[string]any{"s3": map[string]any{
		"enabled": true, "bucket": bucket, "region": "us-east-1", "endpoint": o.URL, "accessKey": "key", "secret": "secret", "forcePathStyle": true,
	}}).Do().Want(http.StatusOK)
}

// Files in an object store work as on the local disk: uploads, ranges, previews, takedown.
func TestObjectStore(t *testing.T) {
	if testing.Short() {
		t.Skip("runs ffmpeg")
	}
	store := newObjectStore(t)
	p := testkit.Process(t)
	dashboard := p.Dashboard()
	store.use(dashboard)
	client, performer := p.Client(), p.Performer()
	if keys := store.keys(t); len(keys) != 2 {
		t.Fatalf("two profile pictures are the objects %v", keys)
	}
	video := testkit.PhoneVideo(t)
	done := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).Multipart([]testkit.File{video}, "status", "2").Do().Want(200).Map()
	movie, preview := testkit.PathOf(done.String("data", "media", 0, "path_url")), testkit.PathOf(done.String("data", "media", 0, "preview_url"))
	whole := p.Get(movie).Do().Want(200)
	if len(whole.Body) != len(video.Content) || whole.Header.Get("Content-Type") != "video/mp4" || testkit.IdentifyingTags(t, whole.Body) != "" {
		t.Errorf("%d bytes of %s", len(whole.Body), whole.Header.Get("Content-Type"))
	}
	part := p.Get(movie).Header("Range", "bytes=1000-1999").Do().Want(206)
	if !bytes.Equal(part.Body, whole.Body[1000:2000]) || part.Header.Get("Content-Range") != fmt.Sprintf("bytes 1000-1999/%d", len(whole.Body)) {
		t.Errorf("a range: %d bytes, %s", len(part.Body), part.Header.Get("Content-Range"))
	}
	testkit.WantColours(t, p.AwaitPreview(preview).Body, 240, 320, "blue", "red")
	if keys := store.keys(t); len(keys) != 4 {
		t.Errorf("objects: %v", keys)
	}
	if stored, waiting := p.StoredFiles(), p.WaitingUploads(); len(stored)+len(waiting) != 0 {
		t.Errorf("on the local disk: %v %v", stored, waiting)
	}

	// Neither a rejected upload nor one that a kill interrupted leaves anything behind.
	keys := store.keys(t)
	p.Post("auth/signup").Multipart([]testkit.File{testkit.Picture()}, "email", client.Email, "nickname", "Twice", "password", "password", "role", "1").Do().
		WantError("email", "The email has already been taken.")
	if now := store.keys(t); !slices.Equal(now, keys) {
		t.Errorf("left by a rejected upload: %v", now)
	}
	stray := keys[0][:strings.LastIndex(keys[0][:strings.LastIndex(keys[0], "/")], "/")] + "/999/0123.mp4"
	if _, err := store.backend.PutObject(bucket, stray, nil, strings.NewReader("cut off"), 7, nil); err != nil {
		t.Fatal(err)
	}
	p.Stop(syscall.SIGKILL)
	staged := filepath.Join(p.Dir, "storage", "uploads", "999~0123.mp4")
	if err := os.MkdirAll(filepath.Dir(staged), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(staged, []byte("cut off"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Start()
	if now := store.await(t, len(keys)); !slices.Equal(now, keys) {
		t.Errorf("left by an interrupted upload: %v", now)
	}
	if waiting := p.WaitingUploads(); len(waiting) != 0 {
		t.Errorf("left behind: %v", waiting)
	}

	dashboard.Request(http.MethodDelete, dashboard.Path("media", done.Int("data", "media", 0, "id"))).Do().Want(204)
	p.Get(movie).Do().Want(404)
	p.Get(preview).Do().Want(404)
	if keys := store.await(t, 2); len(keys) != 2 {
		t.Errorf("after the takedown: %v", keys)
	}
}

// PRIVET_S3_REDIRECT redirects downloads to the object store.
func TestObjectStoreRedirect(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	store := newObjectStore(t)
	p := testkit.Process(t, "PRIVET_S3_REDIRECT=1")
	store.use(p.Dashboard())
	path := testkit.PathOf(p.Client().Data.String("data", "media", 0, "path_url"))
	if got := p.Get(path).Do().Want(http.StatusOK).Body; !bytes.Equal(got, testkit.PNG()) { // clients follow the redirect
		t.Errorf("%d bytes", len(got))
	}
	noRedirect := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := noRedirect.Get(p.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusFound {
		t.Errorf("status %d", answer.StatusCode)
	}
	address, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || "http://"+address.Host != store.URL || !strings.HasPrefix(address.Path, "/"+bucket+"/") {
		t.Fatalf("to %s (%v)", answer.Header.Get("Location"), err)
	}
	for _, name := range []string{"X-Amz-Signature", "X-Amz-Expires", "X-Amz-Credential"} {
		if address.Query().Get(name) == "" {
			t.Errorf("%s is missing in %s", name, address)
		}
	}
	p.Get(strings.Replace(path, ".png", ".jpg", 1)).Do().Want(404)
}

// An object store that does not work makes the server unhealthy, the log tells why, and both are over when it works again.
func TestObjectStoreFails(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for checks")
	}
	store := newObjectStore(t)
	s := testkit.Start(t)
	store.use(s.Dashboard())
	client := s.Client()
	upload := func() *testkit.Answer {
		return s.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Do()
	}
	upload().Want(http.StatusOK)
	s.AwaitHealth(15*time.Second, http.StatusOK)
	store.fail(failing)
	upload().Want(http.StatusInternalServerError)
	s.AwaitHealth(15*time.Second, http.StatusServiceUnavailable)
	s.WantLog("the object store does not work")
	store.fail(working)
	s.AwaitHealth(15*time.Second, http.StatusOK)
	s.WantLog("the object store works again")
	upload().Want(http.StatusOK)
	for _, key := range store.keys(t) {
		if strings.Contains(key, "write-check") {
			t.Errorf("left: %s", key)
		}
	}
}
