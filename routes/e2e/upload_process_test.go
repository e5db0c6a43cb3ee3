package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

const (
	large   = 585 << 20    // bytes of a long video
	largest = 599999 << 10 // bytes of the largest file that is accepted
)

// The largest uploads need little memory, are stored once, and don't delay other requests.
func TestLargestUploads(t *testing.T) {
	if testing.Short() {
		t.Skip("sends 2.5 GB")
	}
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	update := fmt.Sprintf("order/update/%d", p.Order(client, performer))
	idle, before := p.Memory("VmRSS"), disk(p)
	stored := p.StoredFiles()

	watcher := watchUpload(p, client, performer)
	done := p.Post(update).As(performer.Token).Stream(testkit.Clip(0), testkit.Movie(largest), largest, true, "status", "2").Do().Want(200).Map()
	watcher.end(t, before, largest)
	movie := testkit.PathOf(done.String("data", "media", 0, "path_url"))
	for _, at := range []int64{0, large, largest - 1000} {
		part := p.Get(movie).Header("Range", fmt.Sprintf("bytes=%d-%d", at, at+999)).Do().Want(206)
		want := make([]byte, 1000)
		if _, err := testkit.Movie(largest).ReadAt(want, at); err != nil || !slices.Equal(part.Body, want) {
			t.Errorf("different bytes at %d (%v)", at, err)
		}
	}
	if size := p.Request("HEAD", movie).Do().Want(200).Header.Get("Content-Length"); size != fmt.Sprint(largest) {
		t.Errorf("stored are %s bytes", size)
	}

	before = disk(p)
	watcher = watchUpload(p, client, performer)
	signedUp := p.Post("auth/signup").Stream(testkit.Clip(0), testkit.Movie(large), large, false,
		"email", "star@example.com", "nickname", "Star", "password", "password", "role", "2").Do().Want(200).Map()
	watcher.end(t, before, large)
	star := signedUp.String("token")
	p.Post("user/update").As(star).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200)
	p.Get(testkit.PathOf(signedUp.String("data", "media", 0, "path_url"))).Do().Want(404)
	if now := p.AwaitStored(len(stored) + 4); len(now) != len(stored)+4 { // the movie and the new picture, each with its attributes
		t.Errorf("left: %v", now)
	}

	stored = p.StoredFiles()
	p.Post(update).As(performer.Token).Stream(testkit.Clip(0), testkit.Movie(largest+1), largest+1, true).Do().
		WantError("media", "The media field must not be greater than 599999 kilobytes.")
	if now := p.AwaitStored(len(stored)); !slices.Equal(now, stored) {
		t.Errorf("left by an upload that is too large: %v", now)
	}
	p.Post(update).As(performer.Token).Stream(testkit.Clip(0), testkit.Movie(640<<20), 640<<20, false).Do().Want(413)
	if now := p.AwaitStored(len(stored)); !slices.Equal(now, stored) {
		t.Errorf("of a body over the limit stay: %v", now)
	}
	next := p.Post(update).As(performer.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200).Map()
	if last := next.Len("data", "media") - 1; next.Int("data", "media", last, "id") != 6 {
		t.Errorf("the next media: %v", next)
	}
	if more := p.Memory("VmHWM") - idle; more > 64<<20 {
		t.Errorf("the uploads took %d MB of memory", more>>20)
	} else {
		t.Logf("%d MB of memory over the %d MB of an idle server", more>>20, idle>>20)
	}
}

// disk returns the size of the server's files in bytes.
func disk(p *testkit.Running) int64 { return testkit.FolderSize(p.Dir) + testkit.FolderSize(p.Temp) }

// watcher observes a server while an upload is in progress.
type watcher struct {
	stop, ended chan struct{}
	peak        int64         // of disk
	orders      int           // that were created meanwhile
	slowest     time.Duration // duration of such an order
}

// watchUpload starts a watcher, which lets the client order from the performer again and again.
func watchUpload(p *testkit.Running, client, performer testkit.Person) *watcher {
	w := &watcher{stop: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		for {
			select {
			case <-w.stop:
				return
			default:
			}
			began := time.Now()
			answer, err := p.Post("order/create").As(client.Token).JSON(map[string]any{"performer_id": performer.ID, "description": "x", "date_till": "2030-10-02 12:36:51"}).Try()
			if err == nil && answer.Status == 200 {
				w.orders++
			}
			w.slowest = max(w.slowest, time.Since(began))
			w.peak = max(w.peak, disk(p))
			time.Sleep(10 * time.Millisecond)
		}
	}()
	return w
}

// end stops the watcher, and checks the peak of the disk and the speed of orders during an upload of size bytes.
// before is the value of disk before the upload.
func (w *watcher) end(t *testing.T, before, size int64) {
	t.Helper()
	close(w.stop)
	<-w.ended
	if more := w.peak - before; more < size/2 || more > size+size/8 {
		t.Errorf("the files grew by %d MB during an upload of %d MB", more>>20, size>>20)
	}
	if w.orders < 10 || w.slowest > 2*time.Second {
		t.Errorf("meanwhile %d orders were made, the slowest in %s", w.orders, w.slowest)
	}
	t.Logf("%d orders meanwhile, the slowest in %s", w.orders, w.slowest)
}

// The files of an upload that a kill interrupted are removed when the server starts again.
func TestKilledUpload(t *testing.T) {
	t.Parallel()
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	id := p.Order(client, performer)
	stored := p.StoredFiles()
	upload := p.Post(fmt.Sprintf("order/update/%d", id)).As(performer.Token).SendHalf(8<<20, "status", "2")
	p.Stop(syscall.SIGKILL)
	upload.Abort()
	if slices.Equal(p.StoredFiles(), stored) {
		t.Fatal("the kill left nothing, so that there is nothing to test")
	}
	// A kill a moment later would have left attributes, which are written before their file.
	if err := os.WriteFile(filepath.Join(p.Dir, "storage", "uploads", "0123.mp4.attrs"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Start()
	if now := p.StoredFiles(); !slices.Equal(now, stored) {
		t.Errorf("left: %v", now)
	}
	if left := testkit.FolderSize(p.Temp); left > 0 {
		t.Errorf("left in TMPDIR: %d bytes", left)
	}
	if done := p.Finish(performer, id).Want(200).Map(); done.Int("data", "media", 0, "id") != 3 {
		t.Errorf("the next media: %v", done)
	}
}

// On SIGTERM the server lets an upload in progress finish, and accepts no new requests.
func TestStopDuringUpload(t *testing.T) {
	t.Parallel()
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	id := p.Order(client, performer)
	upload := p.Post(fmt.Sprintf("order/update/%d", id)).As(performer.Token).SendHalf(8<<20, "status", "2")
	p.Signal(syscall.SIGTERM)
	for range 500 {
		if _, err := p.Get("/api/health").Try(); err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := p.Get("/api/health").Try(); err == nil {
		t.Error("it accepts requests after SIGTERM")
	}
	time.Sleep(2 * time.Second) // longer than the second that PocketBase allows
	done := upload.Finish().Want(200).Map()
	if code := p.Wait(10 * time.Second); code != 0 {
		t.Errorf("it ended with %d: %s", code, p.Log)
	}
	p.Start()
	if seen := p.Get(fmt.Sprintf("order/view/%d", id)).As(client.Token).Do().Want(200).Map(); seen.Int("data", "status") != 2 {
		t.Errorf("the order: %v", seen)
	}
	size := p.Request("HEAD", testkit.PathOf(done.String("data", "media", 0, "path_url"))).Do().Want(200).Header.Get("Content-Length")
	if size != fmt.Sprint(8<<20) {
		t.Errorf("stored are %s bytes", size)
	}
	for line := range strings.Lines(p.Log.String()) {
		if strings.Contains(line, "level=") && !strings.Contains(line, "no still can be made") { // of a video without frames
			t.Error(line)
		}
	}
}
