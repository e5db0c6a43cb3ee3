package testkit

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"testing"
)

// Map is a JSON object that fails the test where it lacks what is asked for.
type Map struct {
	t testing.TB
	m map[string]any
}

// At follows keys and list indexes: At("data", "media", 0, "id").
func (m Map) At(path ...any) any {
	m.t.Helper()
	var at any = m.m
	for _, step := range path {
		switch key := step.(type) {
		case string:
			object, ok := at.(map[string]any)
			if !ok {
				m.t.Fatalf("%v: no object at %q in %v", path, key, m.m)
			}
			value, there := object[key]
			if !there {
				m.t.Fatalf("%v: no %q in %v", path, key, m.m)
			}
			at = value
		case int:
			list, ok := at.([]any)
			if !ok || key >= len(list) {
				m.t.Fatalf("%v: no item %d in %v", path, key, m.m)
			}
			at = list[key]
		}
	}
	return at
}

// Int is a number found by At.
func (m Map) Int(path ...any) int {
	m.t.Helper()
	n, ok := m.At(path...).(float64)
	if !ok {
		m.t.Fatalf("%v is no number in %v", path, m.m)
	}
	return int(n)
}

// String is a text found by At.
func (m Map) String(path ...any) string {
	m.t.Helper()
	s, ok := m.At(path...).(string)
	if !ok {
		m.t.Fatalf("%v is no text in %v", path, m.m)
	}
	return s
}

// Len is how many items a list found by At has.
func (m Map) Len(path ...any) int {
	m.t.Helper()
	list, ok := m.At(path...).([]any)
	if !ok {
		m.t.Fatalf("%v is no list in %v", path, m.m)
	}
	return len(list)
}

// PNG is a small picture.
var PNG = sync.OnceValue(func() []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 8, 8))
	picture.Set(3, 3, color.RGBA{200, 30, 30, 255})
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		panic(err)
	}
	return out.Bytes()
})

// Picture is a PNG for the field media.
func Picture() File { return File{"media", "me.png", "image/png", PNG()} }

// Clip is a file for the field media that is built as an MP4 video, of the given size in bytes, and holds no picture.
func Clip(size int) File {
	content := make([]byte, max(size, len(movieHead)))
	copy(content, movieHead)
	return File{"media", "clip.mp4", "video/mp4", content}
}

// Person is somebody who is signed up.
type Person struct {
	ID    int
	Email string
	Token string
	Data  Map // the answer of signup
}

// Path is the path of the person's profile, for Get.
func (p Person) Path() string { return fmt.Sprintf("user/view/%d", p.ID) }

// Password is everybody's.
const Password = "password"

// Client signs a client up.
func (s *Server) Client() Person { return s.Signup("role", "1") }

// Performer signs a performer up.
func (s *Server) Performer() Person {
	return s.Signup("role", "2", "price", "2.99", "category_ids[]", "2")
}

// Signup signs somebody up with the given fields besides an e-mail, a nickname, a password and a picture of their own.
func (s *Server) Signup(pairs ...string) Person {
	s.t.Helper()
	s.signedUp++
	fields := []string{
		"email", fmt.Sprintf("person%d@example.com", s.signedUp),
		"nickname", fmt.Sprintf("Person %d", s.signedUp),
		"password", Password,
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.HasSuffix(pairs[i], "[]") {
			fields = without(fields, pairs[i])
		}
	}
	m := s.Post("auth/signup").Multipart([]File{Picture()}, append(fields, pairs...)...).Do().Want(200).Map()
	return Person{ID: m.Int("data", "id"), Email: m.String("data", "email"), Token: m.String("token"), Data: m}
}

func without(pairs []string, name string) []string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == name {
			return append(pairs[:i:i], pairs[i+2:]...)
		}
	}
	return pairs
}

// Login signs somebody in on another device and returns the token.
func (s *Server) Login(p Person) string {
	s.t.Helper()
	return s.Post("auth/login").JSON(map[string]any{"email": p.Email, "password": Password}).Do().Want(200).Map().String("token")
}

// AddDevice signs a person in on one more device, which has a push token and a language of its own, and returns the
// device's access token.
func (s *Server) AddDevice(p Person, pushToken, language string) (token string) {
	s.t.Helper()
	return s.Post("auth/login").Header("Accept-Language", language).JSON(map[string]any{
		"email": p.Email, "password": Password, "device_id": pushToken, "firebase_token": pushToken}).Do().Want(200).Map().String("token")
}

// Order lets a client order from a performer and returns the order's id.
func (s *Server) Order(client, performer Person) int {
	s.t.Helper()
	return s.Post("order/create").As(client.Token).JSON(map[string]any{
		"performer_id": performer.ID,
		"occasion_id":  1,
		"description":  "Please greet my aunt",
		"date_till":    "2030-10-02 12:36:51",
	}).Do().Want(200).Map().Int("data", "id")
}

// Finish lets the performer upload a picture and finish an order.
func (s *Server) Finish(performer Person, order int) *Answer {
	s.t.Helper()
	return s.Post(fmt.Sprintf("order/update/%d", order)).As(performer.Token).Multipart([]File{Picture()}, "status", "2").Do()
}
