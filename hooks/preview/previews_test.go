package preview_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// Videos and HEIC photos as phones record them get upright JPEGs, and their files reveal nothing about who made them.
func TestStills(t *testing.T) {
	if testing.Short() {
		t.Skip("runs ffmpeg")
	}
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	video, photo := testkit.PhoneVideo(t), testkit.PhonePhoto(t)
	for _, file := range []testkit.File{video, photo} {
		if before := testkit.IdentifyingTags(t, file.Content); !strings.Contains(before, "Telephone") || !strings.Contains(before, "GPS") {
			t.Fatalf("the sample %s has no identifying tags:\n%s", file.Name, before)
		}
	}
	deliver := func(file testkit.File) testkit.Map {
		began := time.Now()
		done := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).
			Multipart([]testkit.File{file}, "status", "2").Do().Want(200).Map()
		if took := time.Since(began); took > 8*time.Second { // 3 s for the preview, plus the time of a slow machine
			t.Errorf("the answer took %s", took)
		}
		return done
	}

	done := deliver(video)
	movie, preview := testkit.PathOf(done.String("data", "media", 0, "path_url")), testkit.PathOf(done.String("data", "media", 0, "preview_url"))
	jpeg := p.AwaitPreview(preview)
	testkit.WantColours(t, jpeg.Body, 240, 320, "blue", "red")
	if cache, tag := jpeg.Header.Get("Cache-Control"), jpeg.Header.Get("ETag"); !strings.Contains(cache, "max-age=86400") || tag == `"placeholder"` || tag == p.Get(movie).Do().Header.Get("ETag") {
		t.Errorf("the preview: %s, %s", cache, tag)
	}
	p.Get(preview).Header("If-None-Match", jpeg.Header.Get("ETag")).Do().Want(304)

	done = deliver(photo)
	shown, original := testkit.PathOf(done.String("data", "media", 0, "path_url")), ""
	if shown != testkit.PathOf(done.String("data", "media", 0, "preview_url")) || !strings.HasSuffix(shown, ".jpg") || done.Int("data", "media", 0, "type") != 1 {
		t.Errorf("a HEIC photo: %v", done)
	}
	picture := p.AwaitPreview(shown)
	testkit.WantColours(t, picture.Body, 640, 480, "red", "blue")
	original = strings.TrimSuffix(shown, ".jpg") + ".heic"
	if kind := p.Get(original).Do().Want(200).Header.Get("Content-Type"); kind != "image/heic" {
		t.Errorf("the original is %s", kind)
	}
	for _, path := range []string{movie, preview, shown, original} {
		if after := testkit.IdentifyingTags(t, p.Get(path).Do().Want(200).Body); after != "" {
			t.Errorf("%s has the tags:\n%s", path, after)
		}
	}

	// A video without frames keeps the placeholder, and can be downloaded.
	done = deliver(testkit.Clip(5000))
	movie, preview = testkit.PathOf(done.String("data", "media", 0, "path_url")), testkit.PathOf(done.String("data", "media", 0, "preview_url"))
	if kind := p.Get(preview).Do().Want(200).Header.Get("Content-Type"); kind != "image/png" {
		t.Errorf("the preview of nothing is %s", kind)
	}
	if got := len(p.Get(movie).Do().Want(200).Body); got != 5000 {
		t.Errorf("%d bytes of it are left", got)
	}
	if waiting := p.WaitingUploads(); len(waiting) != 0 {
		t.Errorf("left behind: %v", waiting)
	}
	p.WantLog("no still can be made")
}

// A kill while a preview is made leaves neither a child process nor a file, and the preview is made after the restart.
func TestStillsSurvive(t *testing.T) {
	if testing.Short() {
		t.Skip("runs ffmpeg")
	}
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	video := testkit.PhoneVideo(t)
	var previews []string
	for range 3 { // as often as a file may fail by itself
		answered := make(chan testkit.Map)
		order := p.Order(client, performer)
		go func() {
			defer close(answered)
			answer, err := p.Post(fmt.Sprintf("order/update/%d", order)).As(performer.Token).Multipart([]testkit.File{video}, "status", "2").Try()
			if err == nil && answer.Status == 200 {
				answered <- answer.Map()
			}
		}()
		child := awaitChild(t, p)
		p.Stop(syscall.SIGKILL)
		if done, ok := <-answered; ok {
			previews = append(previews, testkit.PathOf(done.String("data", "media", 0, "preview_url")))
		}
		for range 100 {
			if !alive(child) {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if alive(child) {
			t.Errorf("the child %d is still running", child)
		}
		p.Start()
		view := p.Get(fmt.Sprintf("order/view/%d", order)).As(client.Token).Do().Want(200).Map()
		if view.Len("data", "media") == 1 {
			previews = append(previews, testkit.PathOf(view.String("data", "media", 0, "preview_url")))
		}
	}
	if len(previews) == 0 {
		t.Fatal("no upload was committed before the kill")
	}
	for _, preview := range previews {
		testkit.WantColours(t, p.AwaitPreview(preview).Body, 240, 320, "blue", "red")
	}
	if waiting := p.WaitingUploads(); len(waiting) != 0 {
		t.Errorf("left behind: %v", waiting)
	}
}

// awaitChild waits until the server runs a child process that makes a preview, and returns its process id.
func awaitChild(t *testing.T, p *testkit.Running) int {
	t.Helper()
	for range 9000 { // three minutes: the engine may have to be compiled first
		processes, err := os.ReadDir("/proc")
		if err != nil {
			t.Skip("there is no /proc")
		}
		for _, entry := range processes {
			line, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
			if err != nil || !strings.Contains(string(line), "\x00video\x00") {
				continue
			}
			status, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "status"))
			if err != nil || !strings.Contains(string(status), fmt.Sprintf("PPid:\t%d\n", p.PID())) {
				continue
			}
			var pid int
			if _, err := fmt.Sscan(entry.Name(), &pid); err != nil {
				t.Fatal(err)
			}
			return pid
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("no child makes a picture")
	return 0
}

// alive reports whether a process exists.
func alive(pid int) bool {
	_, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
	return err == nil
}

// Deleting a media item removes the file, its preview and every copy.
func TestTakedown(t *testing.T) {
	if testing.Short() {
		t.Skip("runs ffmpeg")
	}
	p := testkit.Process(t)
	dashboard := p.Dashboard()
	client, performer := p.Client(), p.Performer()
	stored := p.StoredFiles()
	for _, file := range []testkit.File{testkit.PhoneVideo(t), testkit.PhonePhoto(t)} {
		done := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).Multipart([]testkit.File{file}, "status", "2").Do().Want(200).Map()
		path, preview := testkit.PathOf(done.String("data", "media", 0, "path_url")), testkit.PathOf(done.String("data", "media", 0, "preview_url"))
		p.AwaitPreview(preview)
		dashboard.Request(http.MethodDelete, dashboard.Path("media", done.Int("data", "media", 0, "id"))).Do().Want(204)
		for _, gone := range []string{path, preview, strings.TrimSuffix(path, ".jpg") + ".heic"} {
			p.Get(gone).Do().Want(404)
		}
	}
	if now := p.AwaitStored(len(stored)); len(now) != len(stored) {
		t.Errorf("left: %v", now)
	}
}

// The server's own memory stays small, because codecs run in child processes.
func TestStillsMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("runs ffmpeg")
	}
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	video := testkit.PhoneVideo(t)
	upload := func() string {
		done := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).Multipart([]testkit.File{video}, "status", "2").Do().Want(200).Map()
		return testkit.PathOf(done.String("data", "media", 0, "preview_url"))
	}
	p.AwaitPreview(upload())
	// RssAnon excludes the pages of the program's file, which the kernel loads and drops.
	idle := p.Memory("RssAnon")
	if idle > 60<<20 {
		t.Errorf("an idle server takes %d MB", idle>>20)
	}
	var last string
	peak := idle
	for range 20 {
		last = upload()
		peak = max(peak, p.Memory("RssAnon"))
	}
	p.AwaitPreview(last)
	if peak > idle+64<<20 {
		t.Errorf("20 uploads with previews took %d MB over %d MB", (peak-idle)>>20, idle>>20)
	} else {
		t.Logf("idle %d MB, at most %d MB; with the program's file %d MB, at most %d MB", idle>>20, peak>>20, p.Memory("VmRSS")>>20, p.Memory("VmHWM")>>20)
	}
}
