package command_test

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// A restore undoes no erasure, if it has the list, and sends nothing that waited until somebody says so.
func TestRestoreUndoesNoErasure(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	fcm := fakes.NewFCM(t)
	fcm.Answer(func(fakes.Message) fakes.Reply { return fakes.Reply{Status: 503, Code: "UNAVAILABLE"} })
	p := testkit.Process(t, fcm.Env()...)
	dashboard := p.Dashboard()
	client, performer, leaves := p.Client(), p.Performer(), p.Client()
	p.AddDevice(performer, "phone", "en")
	order := p.Order(client, performer) // its push waits, as FCM fails
	p.Finish(performer, order).Want(http.StatusOK)
	picture := fmt.Sprint(client.Data.Int("data", "media", 0, "id"))
	file := filepath.Join(t.TempDir(), "backup.zip")
	printed, status := run(t, p.Dir, "backup", file)
	want(t, printed, status, 0, "3 users", "1 orders")

	// After the backup one person is erased, one deleted, and a picture is taken down.
	erased := dashboard.Open("users", performer.ID)
	dashboard.Change("users", performer.ID, map[string]any{"erase": erased["email"]}).Want(http.StatusOK)
	dashboard.Delete("users", leaves.ID).Want(http.StatusNoContent)
	dashboard.Delete("media", picture).Want(http.StatusNoContent)
	list := filepath.Join(p.Dir, "privet", "erased")
	content, err := os.ReadFile(list)
	if err != nil || strings.Count(string(content), "\n") != 3 || strings.Contains(string(content), "@") {
		t.Fatalf("the list: %s %v", content, err)
	}
	p.Stop(syscall.SIGKILL) // the list does not depend on how the server ends

	back := filepath.Join(t.TempDir(), "back")
	printed, status = runWith(t, nil, "restore", file, "--dir", back)
	want(t, printed, status, 0, "erased    0 users", "see --erased", "held      1 pushes")
	fresh := filepath.Join(t.TempDir(), "fresh")
	printed, status = runWith(t, nil, "restore", file, "--dir", fresh, "--erased", list)
	want(t, printed, status, 0, "erased    3 users", "held      0 pushes") // it was that of the performer
	for _, path := range []string{fresh, filepath.Join(fresh, "data.db"), filepath.Join(fresh, "storage"), filepath.Join(fresh, "privet", "erased")} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %v", path, err)
		}
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(filepath.Join(fresh, "data.db"+suffix)); err == nil {
			t.Error("left: data.db" + suffix)
		}
	}

	fcm.Answer(func(fakes.Message) fakes.Reply { return fakes.Reply{} })
	r := testkit.ProcessOn(t, back, fcm.Env()...)
	r.WantLog("1 pushes and mails that waited in a restored backup")
	desk := r.Dashboard()
	states := func() (states []string) {
		for _, push := range desk.List("pushes") {
			states = append(states, push["state"].(string))
		}
		slices.Sort(states)
		return states
	}
	if got := states(); !slices.Contains(got, "held") || slices.Contains(got, "sent") {
		t.Errorf("after the restore: %q", got)
	}
	printed, status = run(t, back, "outbox")
	want(t, printed, status, 0, "1 pushes and mails are held back")
	printed, status = run(t, back, "outbox", "release")
	want(t, printed, status, 0, "1 pushes and mails are sent")
	fcm.Wait(1, testkit.Soon)
	if again := desk.List("users"); len(again) != 3 {
		t.Errorf("%d users", len(again))
	}

	// What is put beside an older database by hand is erased at the start.
	r.Stop(syscall.SIGTERM)
	if err := os.WriteFile(filepath.Join(back, "privet", "erased"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	r.Start()
	r.WantLog("what was erased since was erased again")
	for _, user := range r.Dashboard().List("users") {
		if user["email"] == performer.Email || user["email"] == leaves.Email {
			t.Errorf("back: %v", user["email"])
		}
	}
}

// Nothing is restored over anything else, or from what is no backup.
func TestRestoreRefuses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	p := testkit.Process(t)
	p.Client()
	file := filepath.Join(t.TempDir(), "backup.zip")
	printed, status := run(t, p.Dir, "backup", file)
	want(t, printed, status, 0, "1 users")
	printed, status = runWith(t, nil, "restore", file, "--dir", p.Dir)
	want(t, printed, status, 1, "is not empty")
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "data.db-wal"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, status = runWith(t, nil, "restore", file, "--dir", other)
	want(t, printed, status, 1, "data.db-wal")

	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	// rewrite writes the backup's entries, as change leaves them, to another zip file.
	rewrite := func(change func(name string) (string, func([]byte) []byte), more ...zip.FileHeader) string {
		path := filepath.Join(t.TempDir(), "changed.zip")
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		w := zip.NewWriter(out)
		for _, entry := range whole.File {
			name, edit := change(entry.Name)
			if name == "" {
				continue
			}
			r, err := entry.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if edit != nil {
				data = edit(data)
			}
			to, err := w.Create(name)
			if err == nil {
				_, err = to.Write(data)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, header := range more {
			to, err := w.CreateHeader(&header)
			if err == nil {
				_, err = to.Write([]byte("x"))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	same := func(name string) (string, func([]byte) []byte) { return name, nil }
	only := func(prefix string, edit func([]byte) []byte, to string) func(string) (string, func([]byte) []byte) {
		return func(name string) (string, func([]byte) []byte) {
			if strings.HasPrefix(name, prefix) && !strings.HasSuffix(name, ".attrs") {
				if to == "=" {
					to = name
				}
				return to, edit
			}
			return name, nil
		}
	}
	link := zip.FileHeader{Name: "storage/a/b/link"}
	link.SetMode(os.ModeSymlink | 0o777)
	damaged := slices.Clone(content)
	damaged[len(damaged)/3] ^= 0xff
	broken := filepath.Join(t.TempDir(), "damaged.zip")
	cut := filepath.Join(t.TempDir(), "cut.zip")
	if err := os.WriteFile(broken, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, content[:len(content)-100], 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, text string }{
		"no file":           {filepath.Join(t.TempDir(), "none.zip"), "no such file"},
		"address":           {"s3://bucket/backup", "is a zip file so far"},
		"cut off":           {cut, "no zip file"},
		"damaged":           {broken, ""},
		"no database":       {rewrite(only("data.db", nil, "")), "has no data.db"},
		"leads out":         {rewrite(same, zip.FileHeader{Name: "../escaped"}), "does not belong into a data folder"},
		"leads out deeply":  {rewrite(same, zip.FileHeader{Name: "storage/a/../../../escaped"}), "does not belong into a data folder"},
		"absolute":          {rewrite(same, zip.FileHeader{Name: "/escaped"}), "does not belong into a data folder"},
		"backslash":         {rewrite(same, zip.FileHeader{Name: `storage\..\..\escaped`}), "does not belong into a data folder"},
		"link":              {rewrite(same, link), "no plain file"},
		"twice":             {rewrite(same, zip.FileHeader{Name: "DATA.db"}), "twice"},
		"no database but":   {rewrite(only("data.db", func([]byte) []byte { return []byte("not a database") }, "=")), "can't be read"},
		"damaged database":  {rewrite(only("data.db", func(b []byte) []byte { clear(b[3*4096 : 9*4096]); return b }, "=")), ""},
		"a file is missing": {rewrite(only("storage/", nil, "")), "should have 1"},
		"newer": {rewrite(only("data.db", func(b []byte) []byte {
			return []byte(strings.ReplaceAll(string(b), "1795748000_held_pushes.go", "9795748000_held_pushes.go"))
		}, "=")), "newer version of privet"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new")
			printed, status := runWith(t, nil, "restore", c.file, "--dir", dir)
			want(t, printed, status, 1, c.text)
			if _, err := os.Stat(dir); err == nil {
				t.Errorf("a folder is left: %s", printed)
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "escaped")); err == nil {
				t.Error("a file has escaped")
			}
		})
	}
}
