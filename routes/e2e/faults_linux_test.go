package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// faulty is a server whose log is turned off in the dashboard, on a file system of its own, with an order.
type faulty struct {
	*testkit.Running
	metrics string // address
	disk    string
	client  testkit.Person
	create  func() *testkit.Answer
	done    []int // orders that were acknowledged
	fcm     *fakes.FCM
}

// newFaulty starts a server on a small ext4 of its own.
func newFaulty(t *testing.T) *faulty {
	t.Helper()
	if testing.Short() || os.Getuid() != 0 {
		t.Skip("starts processes, and mounts a file system")
	}
	image, disk := filepath.Join(t.TempDir(), "image"), t.TempDir()
	for _, command := range [][]string{{"truncate", "-s", "64M", image}, {"mkfs.ext4", "-q", "-F", "-m", "0", image}, {"mount", "-o", "loop", image, disk}} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Skipf("this machine lets the test mount no file system: %v %s", err, out)
		}
	}
	t.Cleanup(func() { _ = exec.Command("umount", "--lazy", disk).Run() })
	f := &faulty{metrics: testkit.FreeAddress(t), disk: disk, fcm: fakes.NewFCM(t)}
	f.Running = testkit.ProcessOn(t, filepath.Join(disk, "data"), append(f.fcm.Env(), "PRIVET_METRICS="+f.metrics)...)
	dashboard := f.Dashboard()
	dashboard.Request(http.MethodPatch, "settings").JSON(map[string]any{"logs": map[string]any{"maxDays": 0}}).Do().Want(http.StatusOK)
	performer := f.Performer()
	f.client = f.Client()
	f.AddDevice(performer, "phone", "en")
	f.create = func() *testkit.Answer {
		answer := f.Post("order/create").As(f.client.Token).JSON(map[string]any{"performer_id": performer.ID, "description": strings.Repeat("x", 60_000), "date_till": "2030-01-01 12:00:00"}).Do()
		if answer.Status == http.StatusOK {
			f.done = append(f.done, answer.Map().Int("data", "id"))
		}
		return answer
	}
	f.create().Want(http.StatusOK)
	return f
}

// scrape returns the value of privet_faulty for a part.
func (f *faulty) scrape(t *testing.T, part string) string {
	t.Helper()
	answer, err := http.Get("http://" + f.metrics + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(content), fmt.Sprintf("privet_faulty{part=%q} ", part))
	value, _, _ := strings.Cut(rest, "\n")
	return value
}

// doctor runs `privet doctor` beside the server.
func (f *faulty) doctor(t *testing.T) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), testkit.Binary(t), "doctor", "--dir", f.Dir)
	command.Env = append(os.Environ(), "PRIVET_UPLOAD_FLOOR=1")
	out, err := command.CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("the doctor finds nothing: %v", err)
	}
	return string(out)
}

// wantTold fails the test unless health, metrics, standard error and doctor tell of a fault, each in its words.
func (f *faulty) wantTold(t *testing.T, part, health, log, doctor string) {
	t.Helper()
	if body := string(f.AwaitHealth(30*time.Second, http.StatusServiceUnavailable).Body); !strings.Contains(body, health) || strings.Contains(body, f.disk) {
		t.Errorf("health: %s", body)
	}
	if value := f.scrape(t, part); value != "1" {
		t.Errorf("metrics: privet_faulty of %s is %q", part, value)
	}
	f.WantLog(log)
	if told := f.doctor(t); !strings.Contains(told, doctor) || !strings.Contains(told, "the dashboard keeps none") && part != "database" {
		t.Errorf("doctor: %q is not in\n%s", doctor, told)
	}
}

// wantWell fails the test unless the server works again, has all that was acknowledged, and no push was sent twice.
func (f *faulty) wantWell(t *testing.T, part string) {
	t.Helper()
	f.AwaitHealth(30*time.Second, http.StatusOK)
	if value := f.scrape(t, part); value != "0" {
		t.Errorf("metrics: privet_faulty of %s is %q", part, value)
	}
	f.create().Want(http.StatusOK)
	for _, id := range f.done {
		f.Get(fmt.Sprint("order/view/", id)).As(f.client.Token).Do().Want(http.StatusOK)
	}
	f.fcm.Wait(len(f.done), 20*time.Second)
	sent := map[string]int{}
	for _, push := range f.fcm.Accepted() {
		if sent[push.Data["event_id"]]++; sent[push.Data["event_id"]] > 1 {
			t.Errorf("a push was sent twice: %v", push.Data)
		}
	}
}

// With PocketBase's own log turned off, each fault of the disk and of what is on it is told by health, metrics, standard error and
// the doctor, and all that was acknowledged is there afterwards.
func TestFaultsAreTold(t *testing.T) {
	f := newFaulty(t)
	t.Run("disk full", func(t *testing.T) {
		ballast := filepath.Join(f.disk, "ballast")
		fill(t, ballast)
		f.wantTold(t, "files", "see the log", f.Dir+"/privet/tmp can't be written to: no space left on device", "FAIL     disk       0 MB are free")
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		f.wantWell(t, "files")
	})
	t.Run("storage of another user", func(t *testing.T) {
		f.Stop(syscall.SIGTERM)
		stranger := filepath.Join(f.Dir, "storage", "uploads")
		if err := os.Chown(stranger, 4321, 4321); err != nil {
			t.Fatal(err)
		}
		f.Start()
		if told := f.doctor(t); !strings.Contains(told, "such as "+stranger) || !strings.Contains(told, "chown -R 0:0 "+f.Dir) {
			t.Error(told)
		}
		if err := os.Chown(stranger, 0, 0); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("object store", func(t *testing.T) {
		var works atomic.Bool
		store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !works.Load() {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, "<Error><Code>InvalidAccessKeyId</Code><Message>No such key.</Message></Error>")
				return
			}
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			_, _ = io.WriteString(w, "<ListBucketResult></ListBucketResult>")
		}))
		defer store.Close()
		dashboard := f.Dashboard()
		set := func(enabled bool) {
			dashboard.Request(http.MethodPatch, "settings").JSON(map[string]any{"s3": map[string]any{
				"enabled": enabled, "bucket": "media", "region": "r", "endpoint": store.URL, "accessKey": "k", "secret": "s", "forcePathStyle": true,
			}}).Do().Want(http.StatusOK)
		}
		set(true)
		f.Post("user/update").As(f.client.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(http.StatusInternalServerError)
		f.wantTold(t, "storage", "The object store does not work", "the object store (bucket media at "+store.URL+"): ", "FAIL     storage    the object store (bucket media")
		works.Store(true)
		f.AwaitHealth(30*time.Second, http.StatusOK)
		set(false)
		f.wantWell(t, "storage")
	})
	t.Run("read-only disk", func(t *testing.T) { // as ext4 becomes by itself after an error
		if out, err := exec.Command("mount", "-o", "remount,abort", f.disk).CombinedOutput(); err != nil {
			t.Skipf("%v %s", err, out)
		}
		f.create().Want(http.StatusInternalServerError)
		f.wantTold(t, "files", "see the log", "read-only file system", "can't be written to: read-only file system; mount it for writing")
		f.Get("order/search").As(f.client.Token).Do().Want(http.StatusOK)
	})
}

// A database that is damaged is told of, although what is not damaged works.
func TestDamageIsTold(t *testing.T) {
	f := newFaulty(t)
	for range 20 {
		f.create().Want(http.StatusOK)
	}
	f.Stop(syscall.SIGTERM)
	database := filepath.Join(f.Dir, "data.db")
	content, err := os.ReadFile(database)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(content); at += 4096 { // what holds the descriptions
		if page := content[at : at+4096]; strings.Count(string(page), "x") > 4000 {
			copy(page, strings.Repeat("\xff", 100))
		}
	}
	if err := os.WriteFile(database, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f.Start()
	for _, id := range f.done {
		f.Get(fmt.Sprint("order/view/", id)).As(f.client.Token).Do()
	}
	f.wantTold(t, "database", "The database can't be written to", "it is damaged", "FAIL     database   it is damaged")
	f.Post("user/check-free").JSON(map[string]any{"email": "nobody@example.com"}).Do().Want(http.StatusOK)
}
