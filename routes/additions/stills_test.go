package additions_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// halves is a picture with a red left half and a blue right one.
func halves(width, height int) testkit.File {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.Set(x, y, map[bool]color.RGBA{true: {255, 0, 0, 255}, false: {0, 0, 255, 255}}[x < width/2])
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, picture) // writing to memory can't fail
	return testkit.File{Field: "media", Name: "halves.png", Type: "image/png", Content: out.Bytes()}
}

// turned is a JPEG of 100×50 pixels, red on the left and blue on the right, that is to be turned to the right.
func turned(t *testing.T) testkit.File {
	t.Helper()
	testkit.RequireTools(t, "convert", "exiftool")
	folder := t.TempDir()
	testkit.RunTool(t, folder, "convert", "-size", "50x50", "xc:red", "xc:blue", "+append", "turned.jpg")
	testkit.RunTool(t, folder, "exiftool", "-overwrite_original", "-n", "-Orientation=6", "turned.jpg")
	content, err := os.ReadFile(filepath.Join(folder, "turned.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return testkit.File{Field: "media", Name: "turned.jpg", Type: "image/jpeg", Content: content}
}

// reportFiles lists the files of reports in a data folder.
func reportFiles(t *testing.T, dashboard *testkit.Dashboard, dir string) []string {
	t.Helper()
	id := fmt.Sprint(dashboard.List("reports")[0]["collectionId"])
	found, err := filepath.Glob(filepath.Join(dir, "storage", id, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A report keeps a still of a medium, though whose medium it is deletes the account at once, until the verdict. Nobody but
// moderators sees it.
func TestKeptStill(t *testing.T) {
	if testing.Short() {
		t.Skip("renders in child processes")
	}
	p := testkit.Process(t)
	dashboard, client := p.Dashboard(), p.Client()
	for i, c := range []struct {
		name          string
		medium        testkit.File
		width, height int
		first, last   string
	}{
		{"a picture", halves(1000, 500), 640, 320, "red", "blue"},
		{"a small picture", halves(64, 32), 64, 32, "red", "blue"},
		{"a turned photo", turned(t), 50, 100, "red", "blue"},
		{"a video", testkit.PhoneVideo(t), 240, 320, "blue", "red"},
		{"a photo", testkit.PhonePhoto(t), 640, 480, "red", "blue"},
	} {
		m := p.Post("auth/signup").Multipart([]testkit.File{c.medium}, "email", fmt.Sprintf("still%d@example.com", i), "password", testkit.Password, "nickname", "N", "role", "2").
			Do().Want(200).Map()
		performer := testkit.Person{ID: m.Int("data", "id"), Token: m.String("token"), Data: m}
		report(p.Server, client, "media_id", mediumOf(performer)).Want(201)
		deleteAccount(p.Server, performer, testkit.Password).Want(200)

		var kept map[string]any
		testkit.Await(t, testkit.Soon, c.name+": no still", func() bool {
			kept = row(t, dashboard, "reports", "state", "open")
			return kept["still"] != ""
		})
		testkit.Await(t, testkit.Soon, c.name+": more than the still is kept", func() bool { return len(reportFiles(t, dashboard, p.Dir)) == 2 }) // with its attributes
		content, err := os.ReadFile(filepath.Join(p.Dir, "storage", fmt.Sprint(kept["collectionId"]), fmt.Sprint(kept["id"]), fmt.Sprint(kept["still"])))
		if err != nil {
			t.Fatal(err)
		}
		testkit.WantColours(t, content, c.width, c.height, c.first, c.last)
		page := p.Get("/api/desk/cases/" + fmt.Sprint(kept["case"])).As(dashboard.Token()).Do().Want(200).Map()
		if shown := p.Get(page.String("reports", 0, "kept", "still")).Do().Want(200); !bytes.Equal(shown.Body, content) || shown.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: the desk shows %d bytes, %v", c.name, len(shown.Body), shown.Header)
		}
		path := fmt.Sprintf("/api/files/reports/%s/%s", kept["id"], kept["still"])
		p.Request(http.MethodGet, path).Do().Want(404)
		p.Request(http.MethodGet, path).As(client.Token).Do().Want(404)

		dashboard.Change("cases", row(t, dashboard, "cases", "state", "open")["id"], map[string]any{"verdict": "warned"}).Want(200)
		testkit.Await(t, testkit.Soon, c.name+": the still stays", func() bool { return len(reportFiles(t, dashboard, p.Dir)) == 0 })
		if closed := dashboard.Open("reports", kept["id"]); closed["still"] != "" {
			t.Errorf("%v", closed)
		}
	}
	// Reports of one medium share the work, and the files of each are its own.
	performer, other := p.Performer(), p.Client()
	keptStills := func() []string { // by the pages of the desk, the newest report first
		page := p.Get("/api/desk/cases/" + fmt.Sprint(row(t, dashboard, "cases", "state", "open")["id"])).As(dashboard.Token()).Do().Want(200).Map()
		var urls []string
		for i := range page.Len("reports") {
			if url, made := page.At("reports", i, "kept", "still").(string); made {
				urls = append(urls, url)
			}
		}
		return urls
	}
	report(p.Server, client, "media_id", mediumOf(performer)).Want(201)
	testkit.Await(t, testkit.Soon, "the first still", func() bool { return len(keptStills()) == 1 })
	first := row(t, dashboard, "reports", "state", "open")
	known := []byte("\xff\xd8\xff the still of the first report")
	if err := os.WriteFile(filepath.Join(p.Dir, "storage", fmt.Sprint(first["collectionId"]), fmt.Sprint(first["id"]), fmt.Sprint(first["still"])), known, 0o600); err != nil {
		t.Fatal(err)
	}
	report(p.Server, other, "media_id", mediumOf(performer)).Want(201)
	testkit.Await(t, testkit.Soon, "the second still", func() bool { return len(keptStills()) == 2 })
	for _, url := range keptStills() {
		if got := p.Get(url).Do().Want(200).Body; !bytes.Equal(got, known) {
			t.Errorf("%d bytes", len(got))
		}
	}
	dashboard.Change("reports", first["id"], map[string]any{"verdict": "nothing"}).Want(200)
	testkit.Await(t, testkit.Soon, "the files of the first report stay", func() bool { return len(reportFiles(t, dashboard, p.Dir)) == 2 })
	if left := keptStills(); len(left) != 1 || !bytes.Equal(p.Get(left[0]).Do().Want(200).Body, known) {
		t.Errorf("%v", left)
	}
}

// What a still is to be made of is kept no longer than the still would be, and not for a report that is not made.
func TestKeptSourceGoes(t *testing.T) {
	s := testkit.Start(t) // without child processes, so that the source stays
	dashboard, client, performer := s.Dashboard(), s.Client(), s.Performer()
	for range 2 { // the second one is no second row
		report(s, client, "media_id", mediumOf(performer)).Want(201)
	}
	id := fmt.Sprint(dashboard.List("reports")[0]["id"])
	if n := s.Count(`file_removals WHERE key NOT LIKE '%` + id + `%'`); n != 1 || len(reportFiles(t, dashboard, s.App.DataDir())) != 2 {
		t.Fatalf("%d removals, files %v", n, reportFiles(t, dashboard, s.App.DataDir()))
	}
	s.Exec(`UPDATE file_removals SET next_try = created`)
	s.Exec(`UPDATE reports SET kept_until = strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '-1 seconds')`)
	s.RunJob("privet_reports")
	testkit.Await(t, testkit.Soon, "the files stay", func() bool { return len(reportFiles(t, dashboard, s.App.DataDir())) == 0 })
	if n := s.Count(`reports WHERE source <> ''`); n != 0 {
		t.Errorf("%d reports still wait", n)
	}
	s.WantCleanLog()
}
