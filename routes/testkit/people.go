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

// Map is a JSON object. Its methods fail the test where the object lacks the requested value or has one of another
// type.
type Map struct {
	t testing.TB
	m map[string]any
}

// At returns the value at a path of keys and list indexes, such as At("data", "media", 0, "id").
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

// Int returns the number at a path.
func (m Map) Int(path ...any) int {
	m.t.Helper()
	n, ok := m.At(path...).(float64)
	if !ok {
		m.t.Fatalf("%v is no number in %v", path, m.m)
	}
	return int(n)
}

// String returns the string at a path.
func (m Map) String(path ...any) string {
	m.t.Helper()
	s, ok := m.At(path...).(string)
	if !ok {
		m.t.Fatalf("%v is no text in %v", path, m.m)
	}
	return s
}

// Len returns the number of items of the list at a path.
func (m Map) Len(path ...any) int {
	m.t.Helper()
	list, ok := m.At(path...).([]any)
	if !ok {
		m.t.Fatalf("%v is no list in %v", path, m.m)
	}
	return len(list)
}

// PNG returns a small picture.
var PNG = sync.OnceValue(func() []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 8, 8))
	picture.Set(3, 3, color.RGBA{200, 30, 30, 255})
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		panic(err)
	}
	return out.Bytes()
})

// Picture returns a PNG for the field media.
func Picture() File { return File{"media", "me.png", "image/png", PNG()} }

// Clip returns a file for the field media that is structured as an MP4 video of the given size in bytes, or a little more, without
// frames.
func Clip(size int) File {
	content := make([]byte, max(size, len(movieHead)+8))
	copy(content, movieHead)
	return File{"media", "clip.mp4", "video/mp4", content}
}

// Person is a registered user.
type Person struct {
	ID    int
	Email string
	Token string
	Data  Map // the answer to signup
}

// Path is the path of the person's profile, for Get.
func (p Person) Path() string { return fmt.Sprintf("user/view/%d", p.ID) }

// Password is the password of every user that Signup creates.
const Password = "password"

// Client signs up a client.
func (s *Server) Client() Person { return s.Signup("role", "1") }

// Performer signs up a performer.
func (s *Server) Performer() Person {
	return s.Signup("role", "2", "price", "2.99", "category_ids[]", "2")
}

// Signup signs up a user with a generated e-mail, nickname, password and picture, and with the given pairs of field
// names and values, which replace generated ones of the same name.
func (s *Server) Signup(pairs ...string) Person {
	s.t.Helper()
	number := s.signedUp.Add(1)
	fields := []string{
		"email", fmt.Sprintf("person%d@example.com", number),
		"nickname", fmt.Sprintf("Person %d", number),
		"password", Password,
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.HasSuffix(pairs[i], "[]") {
			fields = without(fields, pairs[i])
		}
	}
	m := s.Post("auth/signup").Multipart([]File{Picture()}, append(fields, pairs...)...).doPatiently().Want(200).Map()
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

// Login signs a person in on another device and returns its access token.
func (s *Server) Login(p Person) string {
	s.t.Helper()
	return s.Post("auth/login").JSON(map[string]any{"email": p.Email, "password": Password}).doPatiently().Want(200).Map().String("token")
}

// AddDevice signs a person in on another device, with the given push token and language, and returns the device's
// access token.
func (s *Server) AddDevice(p Person, pushToken, language string) (token string) {
	s.t.Helper()
	return s.Post("auth/login").Header("Accept-Language", language).JSON(map[string]any{
		"email": p.Email, "password": Password, "device_id": pushToken, "firebase_token": pushToken}).doPatiently().Want(200).Map().String("token")
}

// Order creates an order of a client for a performer and returns its id.
func (s *Server) Order(client, performer Person) int {
	s.t.Helper()
	return s.Post("order/create").As(client.Token).JSON(map[string]any{
		"performer_id": performer.ID,
		"occasion_id":  1,
		"description":  "Please greet my aunt",
		"date_till":    "2030-10-02 12:36:51",
	}).Do().Want(200).Map().Int("data", "id")
}

// Finish uploads a picture for an order as its performer, and marks the order as done.
func (s *Server) Finish(performer Person, order int) *Answer {
	s.t.Helper()
	return s.Post(fmt.Sprintf("order/update/%d", order)).As(performer.Token).Multipart([]File{Picture()}, "status", "2").Do()
}
