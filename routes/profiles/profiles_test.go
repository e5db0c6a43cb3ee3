package profiles_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// anna is a VK profile; her numbered sisters are others.
func anna(id int64) fakes.VKPerson {
	return fakes.VKPerson{ID: id, FirstName: "Анна", LastName: "А.", FirstNameEn: "Anna", LastNameEn: "A.", ScreenName: fmt.Sprint("anna_", id)}
}

// start runs a server without limits of its own, beside a VK.
func start(t *testing.T) (*testkit.Server, *fakes.VK) {
	vk := fakes.NewVK(t)
	vk.PhotoBytes = testkit.PNG()
	return testkit.Start(t, func(s *settings.Settings) { s.VK, s.RateLimit = vk.Settings(), 0 }), vk
}

// user is a user who has signed up by VK.
type user struct {
	s     *testkit.Server
	token string
	id    int
}

// signUp signs up by a token of VK.
func signUp(s *testkit.Server, token, email, language string) user {
	m := s.Post("auth/social/signup").Header("Accept-Language", language).JSON(map[string]any{
		"token": token, "social_type": 2, "role": 2, "price": 5, "phone": "+79000000000", "email": email,
	}).Do().Want(200).Map()
	return user{s, m.String("token"), m.Int("data", "id")}
}

// names returns the user's name and nickname, and how many pictures there are.
func (u user) names() string {
	m := u.s.Get(fmt.Sprintf("user/view/%d", u.id)).As(u.token).Do().Want(200).Map()
	return fmt.Sprint(m.At("data", "name"), ", ", m.At("data", "nickname"), ", ", m.Len("data", "media"))
}

// await waits until the user's names and pictures are as wanted.
func (u user) await(t *testing.T, limit time.Duration, want string) {
	t.Helper()
	got := ""
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = u.names(); got == want {
			return
		}
	}
	t.Fatalf("%s, want %s", got, want)
}

// awaitEmpty waits until nothing is to be fetched.
func awaitEmpty(t *testing.T, s *testkit.Server) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); s.Count("profile_fetches") > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a profile is still to be fetched")
		}
	}
}

// What VK does not tell at the sign-up comes later, in the language of the device, but nothing replaces what users have
// set meanwhile.
func TestLateProfile(t *testing.T) {
	t.Parallel()
	s, vk := start(t)
	vk.Set(fakes.Fails, fakes.UsersGet)
	vk.Set(fakes.Fails, fakes.VKPhoto)
	users := map[string]user{}
	for i, who := range []string{"ru", "en", "named", "nameless", "nicknamed", "pictured", "erased", "left"} {
		person := anna(int64(i + 1))
		person.Photo = vk.URL + fakes.VKPhoto
		language := "ru-RU,ru;q=0.9"
		if who == "en" {
			language = "de"
		}
		users[who] = signUp(s, vk.Token(fakes.Android, person), who+"@example.com", language)
		if got := users[who].names(); got != "<nil>, "+who+", 0" {
			t.Errorf("before VK answers: %s", got)
		}
	}
	update := func(who, body string) {
		s.Post("user/update").As(users[who].token).JSON(body).Do().Want(200)
	}
	update("named", `{"name":"Own Name"}`)
	update("nameless", `{"name":null}`)
	update("nicknamed", `{"nickname":"nicknamed"}`) // the same, but chosen
	update("left", `{"password":"secret","password_confirmation":"secret"}`)
	s.Post("auth/social/disconnect").As(users["left"].token).JSON(`{"social_type":2}`).Do().Want(201)
	s.Post("user/update").As(users["pictured"].token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200)
	if n := s.Count("profile_fetches"); n != 7 {
		t.Errorf("%d profiles are to be fetched", n)
	}
	dashboard := s.Dashboard()
	dashboard.Request("PATCH", dashboard.Path("users", users["erased"].id)).JSON(map[string]any{"erase": "erased@example.com"}).Do().Want(200)
	if n := s.Count("profile_fetches"); n != 6 {
		t.Errorf("%d profiles are to be fetched without that of the erased user", n)
	}

	vk.Set(fakes.Works)
	s.Exec("UPDATE profile_fetches SET next_try = created") // the next look at the queue
	signUp(s, vk.Token(fakes.Android, anna(100)), "last@example.com", "ru")
	for who, want := range map[string]string{
		"ru": "Анна А., anna_1, 1", "en": "Anna A., anna_2, 1", "named": "Own Name, anna_3, 1", "nameless": "<nil>, anna_4, 1",
		"nicknamed": "Анна А., nicknamed, 1", "pictured": "Анна А., anna_6, 1", "left": "<nil>, left, 0",
	} {
		users[who].await(t, 30*time.Second, want)
	}
	awaitEmpty(t, s)
	if own := s.Count("media WHERE user = '" + fmt.Sprint(users["pictured"].id) + "'"); own != 1 {
		t.Errorf("who has uploaded a picture has %d", own)
	}
}

// A picture that VK has none of, or that is on no host of its own, is not fetched, and nothing is tried for ever.
func TestNoPicture(t *testing.T) {
	t.Parallel()
	s, vk := start(t)
	foreign := anna(2)
	foreign.Photo = "https://pictures.example.com/anna.png"
	signUp(s, vk.Token(fakes.Android, anna(1)), "placeholder@example.com", "ru").await(t, testkit.Soon, "Анна А., anna_1, 0")
	signUp(s, vk.Token(fakes.Android, foreign), "foreign@example.com", "ru")
	awaitEmpty(t, s)
	s.WantLog("a social profile could not be fetched")
}

// Twenty people sign up at once while VK takes 5 requests a second.
func TestManySignUps(t *testing.T) {
	if testing.Short() {
		t.Skip("takes VK's time")
	}
	t.Parallel()
	s, vk := start(t)
	vk.Limit(5)
	began := time.Now()
	var all sync.WaitGroup
	users := make([]user, 20)
	for i := range users {
		all.Go(func() {
			users[i] = signUp(s, vk.Token(fakes.Android, anna(int64(i+1))), fmt.Sprintf("anna%d@example.com", i+1), "ru")
		})
	}
	all.Wait()
	t.Logf("all have signed up after %s", time.Since(began))
	for i, user := range users {
		user.await(t, time.Until(began.Add(20*time.Second)), fmt.Sprintf("Анна А., anna_%d, 0", i+1))
	}
	t.Logf("all have names after %s, by %d checks and %d profiles", time.Since(began), vk.Calls(fakes.CheckToken), vk.Calls(fakes.UsersGet))
	if log := s.Log.String(); strings.Contains(log, "can't be fetched now") {
		t.Errorf("the log:\n%s", log)
	}
}

// What was to be fetched when the server was killed is fetched by the next one. The settings are those of the environment.
func TestProfilesSurvive(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the binary")
	}
	t.Parallel()
	vk := fakes.NewVK(t)
	vk.PhotoBytes = testkit.PNG()
	vk.Set(fakes.Fails, fakes.UsersGet)
	key := filepath.Join(t.TempDir(), "vk.pem")
	if err := os.WriteFile(key, vk.IDPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	closed := vk.Host(t)
	closed.Stop()
	app := func(a settings.VKApp) string { return a.ClientID + ":" + a.SecureKey + ":" + a.ServiceKey }
	p := testkit.Process(t, "PRIVET_VK_APPS="+app(fakes.Android)+","+app(fakes.IOS), "PRIVET_VK_API_URL="+closed.URL+","+vk.URL, "PRIVET_VK_ID_KEY="+key)
	person := anna(1)
	person.Photo = vk.URL + fakes.VKPhoto
	user := signUp(p.Server, vk.IDToken(fakes.IOS, person), "anna@example.com", "ru")
	p.Stop(syscall.SIGKILL)
	vk.Set(fakes.Works)
	p.Start()
	user.await(t, 30*time.Second, "Анна А., anna_1, 1")
	p.SocialSignIn(vk.Token(fakes.Android, person), 2).Want(200)
	p.SocialSignIn(vk.IDToken(fakes.Foreign, person), 2).Want(400)
	if n := vk.Calls(fakes.PublicInfo); n != 0 {
		t.Errorf("VK ID was asked %d times although there is a key", n)
	}
}
