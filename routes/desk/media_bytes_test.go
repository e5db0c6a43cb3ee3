package desk_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store/snapshot"
	"github.com/privet/privet/routes/desk/link"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// superuser returns the record of the testkit's moderator.
func superuser(t *testing.T, s *testkit.Server) *core.Record {
	t.Helper()
	s.Moderator()
	record, err := s.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, testkit.ModeratorEmail)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// A case shows the picture that a report keeps of a medium, by a signed URL alone, until its verdict.
func TestReportStill(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	d := moderator(s)
	client, performer := s.Client(), s.Performer()
	report(s, client, "media_id", performer.Data.Int("data", "media", 0, "id"))
	path := "cases/" + d.cases().String("items", 0, "id")
	page := d.get(path).Want(200).Map()
	if still := page.At("reports", 0, "kept", "still"); still != nil {
		t.Errorf("%v before it is made", still)
	}
	id := page.String("reports", 0, "id")
	s.Get(link.Sign(superuser(t, s), "/api/desk/reports/"+id+"/still", time.Now())).Do().Want(404)
	name, err := files.PutStill(t.Context(), s.App, id, testkit.PNG()) // as the worker does, which runs no child process here
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := snapshot.Read(t.Context(), s.App, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := snapshot.Set(t.Context(), s.App, waiting, name); err != nil {
		t.Fatal(err)
	}
	url := d.get(path).Want(200).Map().String("reports", 0, "kept", "still")
	got := s.Get(url).Do().Want(200)
	if !bytes.Equal(got.Body, testkit.PNG()) || got.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%d bytes, %s", len(got.Body), got.Header.Get("Cache-Control"))
	}
	s.Get(url[:len(url)-1]).Do().Want(401)
	s.Get("/api/desk/reports/" + id + "/still").As(client.Token).Do().Want(401)
	d.post(path+"/verdict", in{"rev": page.Int("rev"), "verdict": "nothing"}).Want(200)
	s.Get(url).Do().Want(404)
	s.WantCleanLog()
}

// Media are served by signed URLs alone, in ranges, to nobody's cache, and also where users don't get them any more.
func TestMediaBytes(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer := s.Client(), s.Performer()
	clip := testkit.Clip(10_000)
	done := s.Post(fmt.Sprintf("order/update/%d", s.Order(client, performer))).As(performer.Token).
		Multipart([]testkit.File{clip}, "status", "2").Do().Want(200).Map()
	video, picture := done.Int("data", "media", 0, "id"), client.Data.Int("data", "media", 0, "id")
	dashboard.Change("users", client.ID, map[string]any{"banned": true}).Want(200)

	sign := func(id int, part string, at time.Time) string {
		return link.Sign(superuser(t, s), fmt.Sprintf("/api/desk/media/%d/%s", id, part), at)
	}
	now := time.Now()
	for _, c := range []struct {
		url, kind string
		content   []byte
	}{
		{sign(video, "file", now), "video/mp4", clip.Content},
		{sign(picture, "file", now), "image/png", testkit.PNG()},
		{sign(picture, "still", now), "image/png", testkit.PNG()},
		{sign(video, "still", now), "image/png", nil}, // a placeholder
	} {
		got := s.Get(c.url).Do().Want(200)
		head := s.Request("HEAD", c.url).Do().Want(200)
		if c.content != nil && !bytes.Equal(got.Body, c.content) || len(head.Body) != 0 {
			t.Errorf("%s: %d and %d bytes", c.url, len(got.Body), len(head.Body))
		}
		for name, want := range map[string]string{"Content-Type": c.kind, "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
			"Accept-Ranges": "bytes", "Content-Disposition": "inline", "Access-Control-Allow-Origin": "", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got.Header.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", c.url, name, got.Header.Get(name), want)
			}
		}
	}
	part := s.Get(sign(video, "file", now)).Header("Range", "bytes=5000-5009").Do().Want(206)
	if !bytes.Equal(part.Body, clip.Content[5000:5010]) {
		t.Errorf("%d bytes", len(part.Body))
	}
	s.Get(sign(video, "file", now)).Header("Range", "bytes=20000-").Do().Want(416)
	s.Get(sign(video+100, "file", now)).Do().Want(404)

	valid := sign(video, "file", now)
	_, signature, _ := strings.Cut(valid, "?")
	for name, url := range map[string]string{
		"another medium":   fmt.Sprintf("/api/desk/media/%d/file?%s", picture, signature),
		"another part":     fmt.Sprintf("/api/desk/media/%d/still?%s", video, signature),
		"without":          fmt.Sprintf("/api/desk/media/%d/file", video),
		"cut":              valid[:len(valid)-1],
		"extended":         strings.Replace(valid, ".", ".1", 1),
		"of nobody":        strings.Replace(valid, "t=", "t=x", 1),
		"over":             sign(video, "file", now.Add(-link.Lifetime)),
		"garbage":          fmt.Sprintf("/api/desk/media/%d/file?t=%%00..%%ff", video),
		"a route of users": fmt.Sprintf("/api/desk/media/%d?%s", video, signature),
	} {
		if status := s.Get(url).Do().Status; status != 401 && status != 404 {
			t.Errorf("%s: %d", name, status)
		}
	}
	s.Get(sign(video, "file", now.Add(time.Minute-link.Lifetime))).Do().Want(200)
	s.Get("/api/desk/media/x/file").As(dashboard.Token()).Do().Want(404)

	moderator := superuser(t, s)
	moderator.SetPassword("another-password")
	if err := s.App.Save(moderator); err != nil {
		t.Fatal(err)
	}
	s.Get(valid).Do().Want(401)
	s.WantCleanLog()
}
