// Package samples uploads pictures and videos of real devices to a real server, and prints what becomes of each. See
// README.md for what to put into a folder.
package samples_test

import (
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/oracle"
)

var folder = flag.String("samples", "", "the folder, with its sub-folders, whose files TestSamples uploads; else a few that come with imagemeta")

// few are files of the module imagemeta.
var few = []string{
	"iphone.heic", "sony.heif", "bep/sunset.avif", "bep/sunrise_lossy.webp", "bep/sunrise.png", "goexif/f1-exif.jpg", "utf8-in-ztxt.png", "hugo-issue-8996.jpg",
	"IPTC-PhotometadataRef-Std2021.1.jpg", "metadata-extractor/nikonMakernoteType2b.jpg", "metadata-extractor/withPanasonicFaces.jpg",
}

// sample is what became of a file.
type sample struct {
	name, kind, answer, found, remaining, seen string
	bytes                                      int
	took                                       time.Duration
	memory                                     int64 // at most, of the server, in bytes
}

// Every file is accepted or refused with a reason. Of what is accepted nothing remains that was found in it before, and
// there is a way to see it.
func TestSamples(t *testing.T) {
	if testing.Short() && *folder == "" {
		t.Skip("renders previews")
	}
	paths, root := files(t)
	p := testkit.Process(t)
	u := uploader{p, p.Performer(), p.Dashboard()}
	table := &strings.Builder{}
	w := tabwriter.NewWriter(table, 2, 8, 2, ' ', 0)
	fmt.Fprintln(w, "file\tKB\tkind\tanswer\tfound\tleft\tseen as\tseconds\tserver MB")
	accepted := 0
	for _, path := range paths {
		name, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		s := u.upload(t, path, name)
		if s.answer == "accepted" {
			accepted++
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%.1f\t%d\n", s.name, s.bytes>>10, s.kind, s.answer, s.found, s.remaining, s.seen, s.took.Seconds(), s.memory>>20)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s%d files, %d accepted\n", table, len(paths), accepted)
	if accepted == 0 {
		t.Error("nothing was accepted")
	}
}

// files lists the files to upload, and the folder that their names are relative to.
func files(t *testing.T) (paths []string, root string) {
	t.Helper()
	if *folder == "" {
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/bep/imagemeta").Output()
		if err != nil {
			t.Skip("imagemeta's files are not there: ", err)
		}
		root = filepath.Join(strings.TrimSpace(string(out)), "testdata", "images")
		for _, name := range few {
			paths = append(paths, filepath.Join(root, name))
		}
		return paths, root
	}
	root = *folder
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	return paths, root
}

// uploader uploads files as the picture of one user's profile.
type uploader struct {
	p         *testkit.Running
	person    testkit.Person
	dashboard *testkit.Dashboard
}

// upload uploads a file, and measures what is served of it.
func (u uploader) upload(t *testing.T, path, name string) sample {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kind := mediatype.Sniff(content[:min(len(content), mediatype.SniffLength)])
	s := sample{name: name, kind: kind.MIME, bytes: len(content), found: "-", remaining: "-", seen: "-"}
	began := time.Now()
	file := testkit.File{Field: "media", Name: filepath.Base(path), Type: "application/octet-stream", Content: content}
	answer := u.p.Post("user/update").As(u.person.Token).Multipart([]testkit.File{file}).Do()
	s.took, s.memory = time.Since(began), u.p.Memory("VmHWM")
	switch {
	case answer.Status == http.StatusTooManyRequests:
		s.answer = "refused: " + answer.Header.Get("X-Privet-Reason")
		if kind.Kind == 0 {
			s.answer = "refused: not media"
		} else if answer.Header.Get("X-Privet-Reason") == "" {
			t.Errorf("%s is refused without a reason", name)
		}
		return s
	case answer.Status != http.StatusOK:
		s.answer = fmt.Sprint("status ", answer.Status)
		t.Errorf("%s: %s", name, s.answer)
		return s
	}
	s.answer = "accepted"
	u.inspect(t, &s, answer.Map(), path, kind)
	return s
}

// inspect measures what is served of an accepted file.
func (u uploader) inspect(t *testing.T, s *sample, done testkit.Map, path string, kind mediatype.Type) {
	before := oracle.Find(t, path, kind.MIME)
	numbers := 0
	for _, v := range before {
		if v.Number {
			numbers++
		}
	}
	s.found = fmt.Sprintf("%d texts, %d numbers", len(before)-numbers, numbers)
	media := testkit.PathOf(done.String("data", "media", 0, "path_url"))
	original := u.p.Get(strings.TrimSuffix(media, filepath.Ext(media)) + kind.Ext).Do().Want(http.StatusOK)
	stored := filepath.Join(t.TempDir(), "stored"+kind.Ext)
	if err := os.WriteFile(stored, original.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	remaining := oracle.Remaining(before, original.Body)
	for _, v := range remaining {
		t.Errorf("%s: %s is still in the file: %q", s.name, v.Tag, v.Text)
	}
	left := oracle.Leftovers(t, stored)
	for _, tag := range left {
		t.Errorf("%s: exiftool still finds %s", s.name, tag)
	}
	s.remaining = fmt.Sprint(len(remaining) + len(left))
	s.seen = "itself"
	if kind.HasPreview() {
		u.see(t, s, done, before)
	}
}

// see waits for the preview, and says what is shown.
func (u uploader) see(t *testing.T, s *sample, done testkit.Map, before []oracle.Value) {
	row := u.dashboard.Path("media", done.Int("data", "media", 0, "id"))
	state := "waiting"
	for range 3600 { // three tries of twenty seconds, on a busy machine
		if state = u.dashboard.Request(http.MethodGet, row).Do().Want(http.StatusOK).Map().String("still"); state != "waiting" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	shown := u.p.Get(testkit.PathOf(done.String("data", "media", 0, "preview_url"))).Do().Want(http.StatusOK)
	switch kind := shown.Header.Get("Content-Type"); {
	case kind == "image/jpeg":
		s.seen = "a JPEG"
	case kind == s.kind:
		s.seen = "the original"
	case strings.HasPrefix(s.kind, "video/"):
		s.seen = "itself, with a placeholder"
	default:
		s.seen = "nothing"
		t.Errorf("%s is not to be seen: %s, %s", s.name, state, kind)
	}
	for _, v := range oracle.Remaining(before, shown.Body) {
		t.Errorf("%s: %s is in what is shown: %q", s.name, v.Tag, v.Text)
	}
}
