package routes_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
)

// video is the size of a small video in bytes.
const video = 1 << 20

// A rejected upload leaves nothing behind, for whatever reason it is rejected.
func TestRefusedUploads(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer, stranger := s.Client(), s.Performer(), s.Performer()
	id := s.Order(client, performer)
	update := fmt.Sprintf("order/update/%d", id)
	cancelled := fmt.Sprintf("order/update/%d", s.Order(client, performer))
	s.Post(cancelled).As(client.Token).JSON(`{"status":3}`).Do().Want(200)
	stream := func(r *testkit.Request, pairs ...string) *testkit.Answer {
		return r.Stream(testkit.Clip(0), testkit.Movie(video), video, true, pairs...).Do()
	}
	check := s.Snapshot()

	stream(s.Post("auth/signup"), "email", "no address", "nickname", "x", "password", "password", "role", "1").
		WantError("email", "The email field must be a valid email address.")
	check("signup with a bad e-mail after the file")
	stream(s.Post("auth/signup"), "email", strings.ToUpper(client.Email), "nickname", "x", "password", "password", "role", "1").
		WantError("email", "The email has already been taken.")
	check("signup with a taken e-mail after the file")
	stream(s.Post("user/update").As(client.Token), "role", "3").WantError("role", "The selected role is invalid.")
	check("update with a bad role after the file")
	performerUpdate := func(path string) *testkit.Request { return s.Post(path).As(performer.Token) }
	stream(performerUpdate(update), "status", "4").WantError("status", "The selected status is invalid.")
	check("a transition that is not the performer's")
	stream(performerUpdate(update), "status", "9").WantError("status", "The selected status is invalid.")
	check("an unknown status")
	stream(performerUpdate(cancelled)).WantError("media", "The media field is prohibited.")
	check("media on a cancelled order")
	stream(s.Post(update).As(client.Token)).Want(200)
	check("media by the client, which is ignored")
	stream(s.Post(update).As(stranger.Token), "status", "2").Want(404).WantJSON(`{"status":"error","message":"Not found"}`)
	check("somebody else's order")
	stream(s.Post(update)).Want(401)
	check("no token")

	const kinds = "The media field must be a file of type: image, video."
	reasons := map[string]string{
		"picture without an image": "it has no image", "picture that is cut off": "it is cut off",
		"video without pictures": "it does not say what is in it", "photo that is too large": "it has 20000 x 20000 pixels",
		"picture that no phone decodes": "it is coded in a way that phones don't decode (process 9, 8 bits, 1 components)",
	}
	for name, content := range map[string]string{
		"video without pictures": "\x00\x00\x00\x14ftypmp42\x00\x00\x00\x00mp42\x00\x00\x00\x09mdatx",
		"text":                   "just words", "empty": "", "svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
		"page": "<!doctype html><script>alert(1)</script>", "pdf": "%PDF-1.7\n", "audio": "ID3\x03\x00\x00\x00\x00\x00\x00",
		"photo that is too large":       string(testkit.HEIC(20000, 20000).Content),
		"picture that no phone decodes": "\xff\xd8\xff\xc9\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x02x\xff\xd9",
		"picture without an image":      "GIF89a\x01\x00\x01\x00\x00\x00\x00;", "picture that is cut off": "\xff\xd8\xff\xe0\x00\x10JFIF\x00",
	} {
		file := testkit.File{Field: "media", Name: "clip.mp4", Type: "video/mp4", Content: []byte(content)}
		t.Run(name, func(t *testing.T) {
			answer := s.WithT(t).Post(update).As(performer.Token).Multipart([]testkit.File{file}, "status", "2").Do()
			answer.WantError("media", kinds)
			if reason := answer.Header.Get("X-Privet-Reason"); reason != reasons[name] {
				t.Errorf("the reason is %q, want %q", reason, reasons[name])
			}
			check(name)
		})
	}
	unknown := testkit.Clip(video)
	unknown.Field = "avatar"
	performerUpdate(update).Multipart([]testkit.File{unknown}).Do().Want(200)
	check("a file of an unknown field")
	body := testkit.FrameOf(testkit.Clip(0))
	performerUpdate(update).Raw(body.Type, io.MultiReader(bytes.NewReader(body.Head), testkit.Movie(video))).Do().Want(400)
	check("no closing boundary")

	// The ids have no gap, and of two files of the same field the last is used.
	done := performerUpdate(update).Multipart([]testkit.File{testkit.Clip(video), testkit.Picture()}, "status", "2").Do().Want(200).Map()
	if done.Len("data", "media") != 1 || done.Int("data", "media", 0, "id") != 4 || done.Int("data", "media", 0, "type") != 1 {
		t.Errorf("afterwards: %v", done)
	}
	if next := s.Client(); next.ID != 4 || next.Data.Int("data", "media", 0, "id") != 5 {
		t.Errorf("the next user: %v", next.Data)
	}
	s.WantCleanLog()
}

// An upload whose connection breaks leaves nothing behind.
func TestBrokenUpload(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	id := s.Order(client, performer)
	check := s.Snapshot()
	for what, r := range map[string]*testkit.Request{
		"signup":       s.Post("auth/signup"),
		"user/update":  s.Post("user/update").As(client.Token),
		"order/update": s.Post(fmt.Sprintf("order/update/%d", id)).As(performer.Token),
	} {
		r.SendHalf(video, "status", "2").Abort()
		check(what)
	}
	if media := s.Finish(performer, id).Want(200).Map(); media.Int("data", "media", 0, "id") != 3 {
		t.Errorf("the next media: %v", media)
	}
	s.WantCleanLog()
}

// The order or the user of an upload may be deleted while it is in progress.
func TestUploadForNothing(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	id := s.Order(client, performer)
	check := s.Snapshot()
	upload := s.Post(fmt.Sprintf("order/update/%d", id)).As(performer.Token).SendHalf(video, "status", "2")
	s.Exec(`DELETE FROM orders WHERE id = '%d'`, id) // bypassing the hooks, which prevent it
	upload.Finish().Want(404).WantJSON(`{"status":"error","message":"Not found"}`)
	check("an order that was deleted meanwhile")

	deleted := s.Client()
	upload = s.Post("user/update").As(deleted.Token).SendHalf(video)
	s.Dashboard().Delete(store.Users, deleted.ID).Want(204)
	if answer := upload.Finish(); answer.Status != 401 && answer.Status != 404 {
		t.Errorf("a user who was deleted meanwhile: %d %s", answer.Status, answer.Body)
	}
	if left := s.AwaitStored(4); len(left) != 4 { // two pictures, each with its attributes
		t.Errorf("left: %v", left)
	}
	s.WantCleanLog()
}

// A body over the route's limit is rejected before it is sent.
func TestBodyOverTheLimit(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client := s.Client()
	for _, c := range []struct {
		path string
		size int64
	}{{"user/update", 640<<20 + 1}, {"user/update", 1 << 60}, {"order/create", 1<<20 + 1}} {
		head := fmt.Sprintf("POST /api/v1/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n",
			c.path, client.Token, c.size)
		answer := s.Exchange(head, nil, "")
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 413 || !bytes.HasPrefix(body, []byte(`{"message":`)) {
			t.Errorf("%s of %d bytes: %d %s %v", c.path, c.size, answer.StatusCode, body, err)
		}
	}
}

// Where too little of the disk is free, uploads are refused: those of the API with an answer that arrives, and those
// through the dashboard; and so are long texts. Everything else works.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, func(s *settings.Settings) { s.UploadFloor = 1 << 60 })
	dashboard := s.Dashboard()
	person := func(nickname, role string) (id int, token string) {
		fields := map[string]any{"email": nickname + "@example.com", "nickname": nickname, "role": role,
			"password": testkit.Password, "passwordConfirm": testkit.Password}
		id, err := strconv.Atoi(dashboard.Create(store.Users, fields).Want(200).Map().String("id"))
		if err != nil {
			t.Fatal(err)
		}
		login := map[string]any{"email": nickname + "@example.com", "password": testkit.Password}
		return id, s.Post("auth/login").JSON(login).Do().Want(200).Map().String("token")
	}
	_, client := person("client", "client")
	performerID, performer := person("performer", "performer")
	order := s.Order(testkit.Person{Token: client}, testkit.Person{ID: performerID})
	update := fmt.Sprintf("order/update/%d", order)
	check := s.Snapshot()

	const refusal = `{"status":"error","message":"The server has no room for uploads, try again later"}`
	s.Post("auth/signup").Multipart([]testkit.File{testkit.Picture()}, "email", "third@example.com", "nickname", "x", "password", "password", "role", "1").
		Do().Want(507).WantJSON(refusal)
	for _, sized := range []bool{true, false} {
		s.Post(update).As(performer).Stream(testkit.Clip(0), testkit.Movie(8*video), 8*video, sized, "status", "2").Do().Want(507).WantJSON(refusal)
	}
	long := strings.Repeat("x", 1000)
	for path, body := range map[string]map[string]any{
		"order/create": {"performer_id": performerID, "description": long, "date_till": "2030-10-02 12:36:51"},
		update:         {"status": 3, "cancel_text": long},
		"user/update":  {"description": long},
	} {
		s.Post(path).As(client).JSON(body).Do().Want(507).WantJSON(`{"status":"error","message":"The server has no room for long texts, try again later"}`)
	}
	check("an upload of the API")
	frame := testkit.FrameOf(testkit.File{Field: "file", Name: "clip.mp4", Type: "video/mp4"}, "user", strconv.Itoa(performerID))
	for _, size := range []int64{8 * video, video / 2} {
		body := io.MultiReader(bytes.NewReader(frame.Head), testkit.Movie(size), bytes.NewReader(frame.Tail))
		answer := dashboard.Request(http.MethodPost, dashboard.Path(store.Media, nil)).Raw(frame.Type, body).Do()
		if !strings.Contains(answer.Want(507).Map().String("message"), "no room for uploads") {
			t.Errorf("%d bytes through the dashboard: %s", size, answer.Body)
		}
	}
	check("an upload through the dashboard")
	s.Post(update).As(client).JSON(map[string]any{"status": 3, "cancel_text": long[1:]}).Do().Want(200)
	s.Post("user/update").As(performer).JSON(`{"name":"Without a file"}`).Do().Want(200)
}

// An address has a few uploads at once. Another one is refused with the time of another try, and small ones are not.
func TestUploadsAtOnce(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 60 })
	client, performer := s.Client(), s.Performer()
	update := fmt.Sprintf("order/update/%d", s.Order(client, performer))
	var running []*testkit.PartialUpload
	for range 4 {
		running = append(running, s.Post(update).As(performer.Token).SendHalf(4*video))
	}
	stream := func() *testkit.Answer {
		return s.Post(update).As(performer.Token).Stream(testkit.Clip(0), testkit.Movie(4*video), 4*video, true).Do()
	}
	refused := stream().Want(429)
	refused.WantJSON(`{"message":"Too Many Attempts."}`)
	if refused.Header.Get("Retry-After") != "15" {
		t.Errorf("Retry-After: %s", refused.Header.Get("Retry-After"))
	}
	var zipped bytes.Buffer // may become anything
	w := gzip.NewWriter(&zipped)
	frame := testkit.FrameOf(testkit.Clip(0))
	for _, part := range [][]byte{frame.Head, testkit.Clip(100).Content, frame.Tail} {
		_, _ = w.Write(part) // to memory
	}
	_ = w.Close()
	s.Post(update).As(performer.Token).Header("Content-Encoding", "gzip").Raw(frame.Type, &zipped).Do().Want(429)
	s.Post(update).As(performer.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200)
	for _, upload := range running {
		upload.Finish().Want(200)
	}
	stream().Want(200)
}
