package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// smallDisk mounts a file system of its own for the test, of a number of megabytes. It skips the test where that is not allowed.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Skip("this machine lets the test mount no file system: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes a file until the disk is full.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 4 << 10, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
}

// healthCommand runs `privet health`.
func healthCommand(t *testing.T, p *testkit.Running) (exitCode int, out string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), testkit.Binary(t), "health", "--http", strings.TrimPrefix(p.URL, "http://"))
	told, _ := command.CombinedOutput() // the code tells
	return command.ProcessState.ExitCode(), string(told)
}

// On a full disk changes get a 500 and are not made, no push is sent twice, health and the log tell the cause, and when there is room
// again all goes on by itself. What was acknowledged before is there, also after a kill.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	disk := smallDisk(t, 48)
	fcm := fakes.NewFCM(t)
	p := testkit.ProcessOn(t, filepath.Join(disk, "data"), fcm.Env()...)
	dashboard := p.Dashboard()
	client, performer := p.Client(), p.Performer()
	p.Post("user/add-firebase-token").As(performer.Token).JSON(`{"firebase_token":"phone"}`).Do().Want(201)
	var acknowledged []int
	for range 5 {
		acknowledged = append(acknowledged, p.Order(client, performer))
	}
	fcm.Wait(len(acknowledged), testkit.Soon)
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	defer open()
	fcm.Answer(func(fakes.Message) fakes.Reply { // some pushes are under way when the disk is full, and others wait
		<-gate
		return fakes.Reply{}
	})
	for range 8 {
		acknowledged = append(acknowledged, p.Order(client, performer))
	}
	p.AwaitHealth(30*time.Second, 200)

	ballast := filepath.Join(disk, "ballast")
	// Texts that are short: long ones are refused before, with 507.
	create := func() *testkit.Answer {
		return p.Post("order/create").As(client.Token).JSON(map[string]any{"performer_id": performer.ID, "description": strings.Repeat("x", 900), "date_till": "2030-01-01 12:00:00"}).Do()
	}
	refused := 0
	for try := 0; refused < 5 && try < 500; try++ { // the write-ahead log has some room left
		fill(t, ballast)
		switch answer := create(); answer.Status {
		case 200:
			acknowledged = append(acknowledged, answer.Map().Int("data", "id"))
		case 500:
			answer.WantJSON(`{"message":"Server Error"}`)
			refused++
		default:
			t.Fatalf("%d %s", answer.Status, answer.Body)
		}
	}
	if refused < 5 {
		t.Fatal("the full disk is not noticed")
	}
	if body := string(p.AwaitHealth(30*time.Second, 503).Body); !strings.Contains(body, `"status":503`) || strings.Contains(body, disk) {
		t.Errorf("the health is %s", body)
	}
	if code, out := healthCommand(t, p); code == 0 || !strings.Contains(out, "503") {
		t.Errorf("the command health: exit code %d, %s", code, out)
	}
	p.WantLog("disk is full") // SQLite's
	p.WantLog(disk + "/data/privet/tmp can't be written to: no space left on device")
	p.Get("order/search").As(client.Token).Do().Want(200) // reading goes on
	open()
	time.Sleep(4 * time.Second) // in which pushes would be sent again
	if lines := strings.Count(p.Log.String(), "requests fail"); lines != 1 {
		t.Errorf("the cause of %d requests that failed was printed %d times", refused, lines)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	p.AwaitHealth(30*time.Second, 200)
	if code, out := healthCommand(t, p); code != 0 {
		t.Errorf("the command health: exit code %d, %s", code, out)
	}
	p.WantLog("files can be stored again")
	acknowledged = append(acknowledged, create().Want(200).Map().Int("data", "id"))
	fcm.Wait(len(acknowledged), 20*time.Second)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if dashboard.Request(http.MethodGet, "collections/pushes/records?filter=state%3D%22sent%22").Do().Want(200).Map().Int("totalItems") == len(acknowledged) {
			break // a kill before that sends some again
		}
	}
	p.Stop(syscall.SIGKILL)
	p.Start()
	for _, id := range acknowledged {
		p.Get(fmt.Sprintf("order/view/%d", id)).As(client.Token).Do().Want(http.StatusOK)
	}
	time.Sleep(time.Second)
	var events []string
	for _, push := range fcm.Accepted() {
		events = append(events, push.Data["event_id"])
	}
	slices.Sort(events)
	if once := slices.Compact(slices.Clone(events)); len(once) != len(events) || len(once) != len(acknowledged) {
		t.Errorf("%d pushes of %d events for %d orders: %v", len(events), len(once), len(acknowledged), events)
	}
}

// unprivileged runs `privet serve` as the image's user on a data folder until it ends, and returns what it printed.
func unprivileged(t *testing.T, dir string) (exitCode int, out string) {
	t.Helper()
	const user = 65532
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, testkit.Binary(t), "serve", "--http=127.0.0.1:0", "--dir="+dir)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	command.Env = []string{"HOME=/", "PATH=/usr/bin:/bin"}
	told, _ := command.CombinedOutput() // the code tells
	return command.ProcessState.ExitCode(), string(told)
}

// A data folder, or a database in it, that the image's user can't write to stops the start with a message that names it, its
// owner, the user and the command that mends it.
func TestFoldersOfOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	if os.Getuid() != 0 {
		t.Skip("only root gives files to another user")
	}
	p := testkit.ImageProcess(t)
	p.Client()
	p.Stop(syscall.SIGTERM)
	own := func(path string, uid int, mode os.FileMode) {
		t.Helper()
		if err := errors.Join(os.Chown(path, uid, uid), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"", "data.db", "auxiliary.db", "privet"} {
		path := filepath.Join(p.Dir, name)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		own(path, 0, info.Mode().Perm())
		code, out := unprivileged(t, p.Dir)
		for _, part := range []string{path, "root", "65532", "chown -R 65532:65532 " + p.Dir} {
			if !strings.Contains(out, part) {
				t.Errorf("%q of root's: nothing about %q in\n%s", name, part, out)
			}
		}
		if code == 0 {
			t.Errorf("%q of root's: exit code %d\n%s", name, code, out)
		}
		own(path, 65532, info.Mode().Perm())
	}
	own(p.Dir, 65532, 0o500)
	if code, out := unprivileged(t, p.Dir); code == 0 || !strings.Contains(out, p.Dir) || !strings.Contains(out, "chmod") {
		t.Errorf("a read-only folder: exit code %d\n%s", code, out)
	}
	own(p.Dir, 65532, 0o700)
	if code, out := unprivileged(t, "/privet-has-no-right-to-make-this"); code == 0 || !strings.Contains(out, "/privet-has-no-right") {
		t.Errorf("a folder that can't be made: exit code %d\n%s", code, out)
	}

	// A storage folder of root's stops uploads alone, and health says so until it is mended.
	p.Start()
	storage := filepath.Join(p.Dir, "storage")
	entries, err := os.ReadDir(storage)
	if err != nil {
		t.Fatal(err)
	}
	give := func(uid int) {
		own(storage, uid, 0o700)
		for _, entry := range entries {
			own(filepath.Join(storage, entry.Name()), uid, 0o700)
		}
	}
	give(0)
	p.AwaitHealth(30*time.Second, 503)
	p.WantLog("chown -R 65532:65532 " + storage)
	p.Post("auth/signup").Multipart([]testkit.File{testkit.Picture()}, "email", "a@example.com", "password", testkit.Password, "nickname", "A", "role", "1").Do().Want(500)
	give(65532)
	p.AwaitHealth(30*time.Second, 200)
	p.Client()
}
