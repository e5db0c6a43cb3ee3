package powercut

import (
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// fault makes system calls of a running process fail, until mend is called.
func fault(t *testing.T, p *testkit.Running, calls, errno, file string) (mend func()) {
	t.Helper()
	arguments := []string{"-f", "-q", "-p", fmt.Sprint(p.PID()), "-e", "trace=" + calls, "-e", "inject=" + calls + ":error=" + errno, "-e", "signal=none"}
	if file != "" {
		arguments = append(arguments, "-P", file)
	}
	command := exec.Command("strace", arguments...)
	printed := &testkit.Log{}
	command.Stdout, command.Stderr = printed, printed
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	mend = func() {
		_ = command.Process.Signal(syscall.SIGINT) // it lets go of the process
		_ = command.Wait()
	}
	t.Cleanup(mend)
	for deadline := time.Now().Add(10 * time.Second); !traced(p.PID(), command.Process.Pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("strace does not trace: %s", printed)
		}
	}
	return mend
}

// traced reports whether all threads of a process are traced by another one.
func traced(pid, by int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, status := range threads {
		content, err := exec.Command("grep", "TracerPid:", status).Output()
		if err == nil && strings.TrimSpace(strings.TrimPrefix(string(content), "TracerPid:")) != fmt.Sprint(by) {
			return false
		}
	}
	return len(threads) > 0
}

// What the disk reports as failed is answered as failed, and leaves nothing. Where a later success would prove nothing,
// as after a sync that failed, nothing more is acknowledged until a restart; else the next request is served as ever.
func TestDiskErrors(t *testing.T) {
	requireStrace(t)
	fcm := fakes.NewFCM(t)
	p := testkit.Process(t, fcm.Env()...)
	dashboard := p.Dashboard()
	client, performer := p.Client(), p.Performer()
	p.AddDevice(performer, "phone", "en")
	open := p.Order(client, performer)
	done := p.Finish(performer, p.Order(client, performer)).Want(200).Map()
	path := testkit.PathOf(done.String("data", "media", 0, "path_url"))
	var media string // the folder of all media
	for _, file := range p.StoredFiles() {
		if filepath.Base(file) == filepath.Base(path) {
			media = filepath.Join(p.Dir, "storage", filepath.Dir(filepath.Dir(file)))
		}
	}
	log := filepath.Join(p.Dir, "data.db-wal")
	create := func() *testkit.Answer {
		return p.Post("order/create").As(client.Token).JSON(map[string]any{"performer_id": performer.ID, "description": "x", "date_till": "2030-01-01 00:00:00"}).Do()
	}
	deliver := func() *testkit.Answer { return p.Finish(performer, open) }
	next := done.Int("data", "media", 0, "id") + 1
	for _, c := range []struct {
		name, calls, errno, file string
		request                  func() *testkit.Answer
		isFinal                  bool   // until a restart
		log                      string // says it
	}{
		{"sync of an upload", "fdatasync", "EIO", "", deliver, false, "sync file"},
		{"room for an upload", "mkdirat", "ENOSPC", filepath.Join(media, fmt.Sprint(next)), deliver, false, "files can't be stored"},
		{"place of an upload", "renameat", "EIO", "", deliver, false, "rename"},
		{"room for the log", "pwrite64", "ENOSPC", log, create, false, "database or disk is full"},
		{"writing of the log", "pwrite64", "EIO", log, create, false, "disk I/O error (778)"},
		{"sync of the folder of uploads", "fsync", "EIO", media, deliver, true, "nothing more is accepted until a restart"},
		{"sync of the log", "fdatasync", "EIO", log, create, true, "nothing more is accepted until a restart"},
		{"sync of the database", "fsync,fdatasync", "EIO", filepath.Join(p.Dir, "data.db"), create, true, "nothing more is accepted until a restart"},
	} {
		t.Run(c.name, func(t *testing.T) {
			quieten(t, p, dashboard)
			stored, sent := p.StoredFiles(), len(fcm.Accepted())
			mend := fault(t, p, c.calls, c.errno, c.file)
			answer := c.request()
			byCheckpoint := answer.Status == http.StatusOK && strings.HasSuffix(c.file, "data.db") // which comes after the answer
			status, body := http.StatusInternalServerError, `{"message":"Server Error"}`
			if c.calls == "mkdirat" {
				status, body = http.StatusInsufficientStorage, `{"status":"error","message":"The server has no room for uploads, try again later"}`
			}
			if !byCheckpoint && (answer.Status != status || string(answer.Body) != body) {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
			if byCheckpoint {
				p.AwaitHealth(10*time.Second, http.StatusServiceUnavailable)
				sent = len(fcm.Accepted())
			}
			mend()
			p.WantLog(c.log)
			if !byCheckpoint && len(fcm.Accepted()) != sent {
				t.Error("a push told of it")
			}
			if left := p.StoredFiles(); !slices.Equal(left, stored) {
				t.Errorf("files were %v and are %v", stored, left)
			}
			p.Get(fmt.Sprint("order/view/", open)).As(client.Token).Do().Want(200)
			p.Get(path).Do().Want(200)
			if c.isFinal {
				p.AwaitHealth(10*time.Second, http.StatusServiceUnavailable)
				for _, request := range []func() *testkit.Answer{create, deliver} {
					if answer := request(); answer.Status != http.StatusInternalServerError {
						t.Errorf("afterwards: %d %s", answer.Status, answer.Body)
					}
				}
				p.Stop(syscall.SIGKILL)
				p.Start()
			}
			p.AwaitHealth(10*time.Second, http.StatusOK)
			create().Want(200)
		})
	}
	deliver().Want(200)
	if rows := all(t, dashboard, store.Media); len(rows) != next {
		t.Errorf("%d media of %d", len(rows), next)
	}
}

// quieten waits until no push is under way, and all that was written is on the disk.
func quieten(t *testing.T, p *testkit.Running, dashboard *testkit.Dashboard) {
	t.Helper()
	waits := func(push map[string]any) bool { return push["state"] == "waiting" }
	testkit.Await(t, 10*time.Second, "pushes wait", func() bool { return !slices.ContainsFunc(all(t, dashboard, "pushes"), waits) })
	p.Post("user/check-free").JSON(map[string]any{"email": "nobody@example.com"}).Do().Want(200)
}
