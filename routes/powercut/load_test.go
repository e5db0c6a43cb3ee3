package powercut

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
)

// load is clients that use a server, and note what they are told.
type load struct {
	t         testing.TB
	s         *testkit.Server
	dashboard *testkit.Dashboard // nil: no moderator does anything
	ledger    *ledger
	video     []byte

	mu     sync.Mutex
	number int // of people so far
}

func newLoad(t testing.TB, s *testkit.Server, dashboard *testkit.Dashboard) *load {
	t.Helper()
	video, err := os.ReadFile("../../hooks/demo/greeting.mp4")
	if err != nil {
		t.Fatal(err)
	}
	return &load{t: t, s: s, dashboard: dashboard, ledger: &ledger{kinds: map[exchange]string{}}, video: video}
}

// run runs pairs of a client and a performer at the same time, for some rounds or until stopped is closed, and returns
// when all have ended.
func (l *load) run(pairs, rounds int) {
	var all sync.WaitGroup
	for pair := range pairs {
		all.Go(func() { l.pair(pair, rounds) })
	}
	all.Wait()
}

// person is a user.
type person struct {
	id, token string
	name      string
	picture   string // the path of the profile's
	profile   *object
	files     map[string]*object // by path
}

// photo returns a picture that no other file equals.
func photo(side int) []byte {
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range picture.Pix {
		picture.Pix[i] = byte(rand.IntN(256))
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func photoFile(side int) testkit.File {
	return testkit.File{Field: "media", Name: "p.png", Type: "image/png", Content: photo(side)}
}

// signUp signs up a user with a picture.
func (l *load) signUp(role string) *person {
	l.mu.Lock()
	l.number++
	name := fmt.Sprintf("Person %d", l.number)
	l.mu.Unlock()
	a := l.s.Post("auth/signup").Multipart([]testkit.File{photoFile(40)}, "role", role, "password", "password", "nickname", name,
		"email", strings.ReplaceAll(name, "Person ", "load")+"@example.com", "firebase_token", "phone of "+name, "device_id", "phone").Do().Want(200)
	m, answer := a.Map(), l.ledger.answer("sign-up", a)
	p := &person{id: fmt.Sprint(m.Int("data", "id")), token: m.String("token"), name: name, files: map[string]*object{},
		picture: testkit.PathOf(m.String("data", "media", 0, "path_url"))}
	p.profile = l.ledger.add("user "+p.id, func(s *testkit.Server) string {
		a := s.Get("user/view/" + p.id).As(p.token).Do()
		if a.Status != 200 {
			return fmt.Sprint(a.Status)
		}
		return fmt.Sprint(a.Map().String("data", "nickname"), " ", mediaOf(a.Map()))
	}, p.state(), answer)
	l.file(p, p.picture, answer)
	return p
}

func (p *person) state() string { return fmt.Sprint(p.name, " ", []string{p.picture}) }

func mediaOf(m testkit.Map) (all []string) {
	for i := range m.Len("data", "media") {
		all = append(all, testkit.PathOf(m.String("data", "media", i, "path_url")))
	}
	return all
}

// file notes a person's file, with what is served now.
func (l *load) file(p *person, path string, answer exchange) {
	read := func(s *testkit.Server) string {
		a := s.Get(path).Do()
		if a.Status != 200 {
			return fmt.Sprint(a.Status)
		}
		return fmt.Sprintf("%d bytes %x", len(a.Body), sha256.Sum256(a.Body))
	}
	p.files[path] = l.ledger.add(path, read, read(l.s), answer)
}

// order is an order.
type order struct {
	id                string
	status            int
	media             []string
	text              string // of the cancellation or the rating
	client, performer *person
	object            *object
}

func (o *order) state() string { return fmt.Sprint(o.status, o.media, o.text) }

// create creates an order.
func (l *load) create(client, performer *person) *order {
	a := l.s.Post("order/create").As(client.token).JSON(map[string]any{"performer_id": performer.id, "occasion_id": 1,
		"description": "Please greet my aunt", "date_till": "2030-10-02 12:36:51"}).Do().Want(200)
	answer := l.ledger.answer("order", a)
	o := &order{id: fmt.Sprint(a.Map().Int("data", "id")), status: 1, text: "<nil> <nil>", client: client, performer: performer}
	o.object = l.ledger.add("order "+o.id, func(s *testkit.Server) string {
		a := s.Get("order/view/" + o.id).As(o.client.token).Do()
		if a.Status != 200 {
			return fmt.Sprint(a.Status)
		}
		m := a.Map()
		return fmt.Sprint(m.Int("data", "status"), mediaOf(m), fmt.Sprint(m.At("data", "cancel_text"), " ", m.At("data", "rating_text")))
	}, o.state(), answer)
	l.ledger.event(o.id, "new", answer)
	return o
}

// update changes an order; to is its new status in the dashboard's words, "" for none.
func (l *load) update(kind string, o *order, by *person, to string, media []testkit.File, fields ...string) {
	answered := l.ledger.changes(o.object)
	a := l.s.Post("order/update/"+o.id).As(by.token).Multipart(media, fields...).Do().Want(200)
	answer, m := l.ledger.answer(kind, a), a.Map()
	before := len(o.media)
	o.status, o.media = m.Int("data", "status"), mediaOf(m)
	o.text = fmt.Sprint(m.At("data", "cancel_text"), " ", m.At("data", "rating_text"))
	answered(o.state(), answer)
	if to != "" {
		l.ledger.event(o.id, to, answer)
	}
	for _, path := range o.media[before:] {
		l.file(by, path, answer)
	}
}

// takeDown deletes an order's last media item in the dashboard.
func (l *load) takeDown(o *order) {
	id := l.s.Get("order/view/"+o.id).As(o.client.token).Do().Want(200).Map().Int("data", "media", len(o.media)-1, "id")
	gone := o.media[len(o.media)-1]
	order, file := l.ledger.changes(o.object), l.ledger.changes(o.performer.files[gone])
	a := l.dashboard.Delete(store.Media, id).Want(204)
	answer := l.ledger.answer("takedown", a)
	o.media = o.media[:len(o.media)-1]
	order(o.state(), answer)
	file("404", answer)
}

// replacePicture gives a person another profile picture.
func (l *load) replacePicture(p *person) {
	profile, old := l.ledger.changes(p.profile), l.ledger.changes(p.files[p.picture])
	a := l.s.Post("user/update").As(p.token).Multipart([]testkit.File{photoFile(40)}).Do().Want(200)
	answer := l.ledger.answer("picture", a)
	old("404", answer)
	p.picture = mediaOf(a.Map())[0]
	profile(p.state(), answer)
	l.file(p, p.picture, answer)
}

// rename gives a person another name.
func (l *load) rename(p *person, name string) {
	profile := l.ledger.changes(p.profile)
	a := l.s.Post("user/update").As(p.token).JSON(map[string]any{"nickname": name}).Do().Want(200)
	p.name = name
	profile(p.state(), l.ledger.answer("name", a))
}

// erase erases a person in the dashboard.
func (l *load) erase(p *person) {
	profile, picture := l.ledger.changes(p.profile), l.ledger.changes(p.files[p.picture])
	form := l.dashboard.Open(store.Users, p.id)
	a := l.dashboard.Save(store.Users, p.id, form, map[string]any{"erase": form["email"]}).Want(200)
	answer := l.ledger.answer("erasure", a)
	profile("401", answer)
	picture("404", answer)
}

// pair runs a client and a performer.
func (l *load) pair(number, rounds int) {
	client, performer := l.signUp("1"), l.signUp("2")
	for round := range rounds {
		o := l.create(client, performer)
		delivery := photoFile(40 + 200*(round%2)) // some 6 and 230 KB
		if (number+round)%3 == 0 {
			delivery = testkit.File{Field: "media", Name: "v.mp4", Type: "video/mp4", Content: l.video}
		}
		l.update("delivery", o, performer, "done", []testkit.File{delivery}, "status", "2")
		l.update("addition", o, performer, "", []testkit.File{photoFile(40)})
		if l.dashboard != nil {
			l.takeDown(o)
		}
		l.update("rating", o, client, "reviewed", nil, "rating_rate", "5", "rating_text", "Thank you")
		l.replacePicture(client)
		l.rename(performer, fmt.Sprintf("%s, round %d", strings.SplitN(performer.name, ",", 2)[0], round))
		cancelled := l.create(client, performer)
		l.update("cancellation", cancelled, client, "cancelled", nil, "status", "3", "cancel_text", "No more time")
		if l.dashboard != nil && round == 0 {
			l.erase(l.signUp("1"))
		}
	}
}
