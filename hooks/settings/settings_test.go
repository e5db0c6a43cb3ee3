package settings

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func account(t *testing.T, change func(map[string]string)) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{
		"type": "service_account", "project_id": "greetings", "client_email": "push@greetings.example", "token_uri": "https://oauth2.googleapis.com/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	}
	change(fields)
	content, _ := json.Marshal(fields)
	path := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	s, err := Read(env("PRIVET_PUBLIC_URL", " "))
	if err != nil {
		t.Fatal(err)
	}
	if s.RateLimit != 60 || s.PublicURL != "" || s.Firebase.Credentials != nil || s.Google.ClientIDs != nil || s.VK.Apps != nil || s.Apple.ClientIDs != nil ||
		!s.Reminders || s.Zone() != time.UTC {
		t.Fatalf("defaults: %+v", s)
	}
}

func TestAllGiven(t *testing.T) {
	s, err := Read(env(
		"GOOGLE_APPLICATION_CREDENTIALS", account(t, func(map[string]string) {}),
		"PRIVET_FCM_ENDPOINT", "http://127.0.0.1:9/v1/",
		"PRIVET_GOOGLE_CLIENT_IDS", "a.apps, b.apps",
		"PRIVET_VK_APPS", "1:secret:service,2:s:t",
		"PRIVET_APPLE_CLIENT_IDS", "com.example.app,com.example.web",
		"PRIVET_APPLE_JWKS_URL", "http://127.0.0.1:9/keys/",
		"PRIVET_VK_API_URL", "http://127.0.0.1:9/, https://api.example.com",
		"PRIVET_RATE_LIMIT", "0",
		"PRIVET_REMINDERS", "0",
		"PRIVET_ORDER_ZONE", "Europe/Moscow",
		"PRIVET_PUBLIC_URL", "https://api.example.com/",
	))
	if err != nil {
		t.Fatal(err)
	}
	if s.Firebase.ProjectID != "greetings" || s.Firebase.Endpoint != "http://127.0.0.1:9/v1" || len(s.Google.ClientIDs) != 2 ||
		s.Google.ClientIDs[1] != "b.apps" || s.VK.Apps[1] != (VKApp{"2", "s", "t"}) || strings.Join(s.VK.APIURLs, " ") != "http://127.0.0.1:9 https://api.example.com" || s.RateLimit != 0 || s.PublicURL != "https://api.example.com" ||
		s.Reminders || s.Zone().String() != "Europe/Moscow" {
		t.Fatalf("%+v", s)
	}
	if !slices.Equal(s.Apple.ClientIDs, []string{"com.example.app", "com.example.web"}) || s.Apple.JWKSURL != "http://127.0.0.1:9/keys" {
		t.Errorf("%+v", s.Apple)
	}
}

// Each wrong setting gives one line that names it and keeps its secrets.
func TestWrong(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"PRIVET_RATE_LIMIT", "-1"},
		{"PRIVET_RATE_LIMIT", "many"},
		{"PRIVET_RATE_LIMIT", "1000001"},
		{"PRIVET_PUBLIC_URL", "api.example.com"},
		{"PRIVET_CONTACT", "help"},
		{"PRIVET_CONTACT", "javascript://example.com"},
		{"PRIVET_TERMS_URL", "example.com/terms"},
		{"PRIVET_TERMS_URL", "ftp://example.com/terms"},
		{"PRIVET_TERMS_URL", "https:///terms"},
		{"PRIVET_PUBLIC_URL", "ftp://api.example.com"},
		{"PRIVET_PUBLIC_URL", "https://api.example.com?x=1"},
		{"PRIVET_PUBLIC_URL", "https://api.example.com/api/v1"},
		{"PRIVET_PUBLIC_URL", "https://example.com/privet/api/v1/"},
		{"PRIVET_PUBLIC_URL", "https://api.example.com/_/"},
		{"PRIVET_PUBLIC_URL", "https://api.example.com/storage/media"},
		{"PRIVET_PUBLIC_URL", "https://:443"},
		{"PRIVET_PUBLIC_URL", "https://api.example.com:"},
		{"PRIVET_PUBLIC_URL", "https://api.example.com:0"},
		{"PRIVET_PUBLIC_URL", "https://api.example.com:65536"},
		{"PRIVET_PUBLIC_URL", "https://0.0.0.0:8090"},
		{"PRIVET_PUBLIC_URL", "https://[::]:8090"},
		{"PRIVET_PUBLIC_URL", "https://*.example.com"},
		{"PRIVET_PUBLIC_URL", "https://api..example.com"},
		{"PRIVET_PUBLIC_URL", "https://-api.example.com"},
		{"PRIVET_PUBLIC_URL", "https://api example.com"},
		{"PRIVET_PUBLIC_URL", "https://user:topsecret@api.example.com"},
		{"PRIVET_PUBLIC_URL", "https:api.example.com"},
		{"PRIVET_FCM_ENDPOINT", "://"},
		{"PRIVET_FCM_ENDPOINT", "https://fcm.example.com"},
		{"PRIVET_GOOGLE_JWKS_URL", "https://:443/keys"},
		{"PRIVET_VK_API_URL", "api.vk.example"},
		{"PRIVET_VK_API_URL", "https://api.vk.ru,,https://api.vk.com"},
		{"PRIVET_VK_API_URL", "https://api.vk.ru,https://api.vk.ru/"},
		{"PRIVET_VK_ID_URL", "id.vk.example"},
		{"PRIVET_VK_ID_KEY", filepath.Join(t.TempDir(), "none.pem")},
		{"PRIVET_VK_ID_KEY", account(t, func(map[string]string) {})},
		{"PRIVET_VK_ID_KEY", pemFile(t, "PRIVATE KEY", []byte("topsecret"))},
		{"PRIVET_VK_ID_KEY", pemFile(t, "PUBLIC KEY", []byte("topsecret"))},
		{"PRIVET_UPLOAD_FLOOR", "0"},
		{"PRIVET_UPLOAD_FLOOR", "2 GB"},
		{"PRIVET_S3_REDIRECT", "yes please"},
		{"PRIVET_REMINDERS", "2"},
		{"PRIVET_ORDER_ZONE", "Moscow"},
		{"PRIVET_ORDER_ZONE", "+03:00"},
		{"PRIVET_ORDER_ZONE", "Local"},
		{"PRIVET_ORDER_ZONE", "../Europe/Moscow"},
		{"PRIVET_FFMPEG", filepath.Join(t.TempDir(), "none")},
		{"PRIVET_FFMPEG", t.TempDir()},
		{"GOOGLE_APPLICATION_CREDENTIALS", `{"private_key":"topsecret"}`},
		{"PRIVET_GOOGLE_CLIENT_IDS", "a,,b"},
		{"PRIVET_GOOGLE_CLIENT_IDS", "a.apps b.apps"},
		{"PRIVET_APPLE_CLIENT_IDS", "com.example.app,,"},
		{"PRIVET_APPLE_CLIENT_IDS", "com.example.app com.example.web"},
		{"PRIVET_APPLE_JWKS_URL", "appleid.apple.com"},
		{"PRIVET_VK_APPS", "1:topsecret x:service"},
		{"PRIVET_VK_APPS", "1:topsecret"},
		{"PRIVET_VK_APPS", "1:topsecret:"},
		{"PRIVET_TRUSTED_PROXIES", "10.0.0.1,,10.0.0.2"},
		{"PRIVET_TRUSTED_PROXIES", "10.0.0.1/8"},
		{"PRIVET_TRUSTED_PROXIES", "10.0.0.0/33"},
		{"PRIVET_TRUSTED_PROXIES", "10.0.0.0-10.0.0.9"},
		{"PRIVET_TRUSTED_PROXIES", "proxy.example.com"},
		{"PRIVET_TRUSTED_PROXIES", "none,10.0.0.1"},
		{"PRIVET_TRUSTED_PROXIES", "::ffff:10.0.0.0/104"},
		{"PRIVET_TRUSTED_PROXIES", "fe80::1%eth0"},
		{"GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "none.json")},
		{"GOOGLE_APPLICATION_CREDENTIALS", account(t, func(f map[string]string) { f["type"] = "authorized_user" })},
		{"GOOGLE_APPLICATION_CREDENTIALS", account(t, func(f map[string]string) { f["private_key"] = "topsecret" })},
		{"GOOGLE_APPLICATION_CREDENTIALS", account(t, func(f map[string]string) { delete(f, "project_id") })},
		{"GOOGLE_APPLICATION_CREDENTIALS", account(t, func(f map[string]string) { delete(f, "token_uri") })},
		{"GOOGLE_APPLICATION_CREDENTIALS", account(t, func(f map[string]string) { f["token_uri"] = "topsecret" })},
		{"GOOGLE_APPLICATION_CREDENTIALS", account(t, func(f map[string]string) { f["token_uri"] = "ftp://example.com/token" })},
	} {
		_, err := Read(env(c.name, c.value))
		if err == nil {
			t.Errorf("%s=%s was taken", c.name, c.value)
			continue
		}
		if line := err.Error(); !strings.HasPrefix(line, c.name+": ") || strings.Contains(line, "\n") || strings.Contains(line, "topsecret") {
			t.Errorf("%s=%s: %q", c.name, c.value, line)
		} else if secret := strings.Contains(c.value, "topsecret") || c.name == "PRIVET_VK_APPS"; !secret && !strings.Contains(line, c.value) {
			t.Errorf("%s=%s: the line does not name the value: %q", c.name, c.value, line)
		}
	}
}

// Addresses that make sense are taken.
func TestAddresses(t *testing.T) {
	for value, want := range map[string]string{
		"https://api.example.com/":       "https://api.example.com",
		"http://localhost:8090":          "http://localhost:8090",
		"https://192.0.2.1":              "https://192.0.2.1",
		"https://[2001:db8::1]:8443":     "https://[2001:db8::1]:8443",
		"https://привет.рф":              "https://привет.рф",
		"https://xn--b1agh1afp.xn--p1ai": "https://xn--b1agh1afp.xn--p1ai",
		"https://my_host.example.com.":   "https://my_host.example.com.",
		"https://example.com/privet/":    "https://example.com/privet",
		"https://example.com/apis/x":     "https://example.com/apis/x",
	} {
		if s, err := Read(env("PRIVET_PUBLIC_URL", value)); err != nil || s.PublicURL != want {
			t.Errorf("%s became %s: %v", value, s.PublicURL, err)
		}
	}
}

// A misspelled name is told with the one that it most likely means.
func TestMisspelledNames(t *testing.T) {
	for name, known := range map[string]string{
		"PRIVET_RATELIMIT": "PRIVET_RATE_LIMIT", "PRIVET_RATE_LIMITS": "PRIVET_RATE_LIMIT", "PRIVET_PUBLICURL": "PRIVET_PUBLIC_URL", "PRIVET_public_url": "PRIVET_PUBLIC_URL",
		"PRIVET_FFMPEG_": "PRIVET_FFMPEG", "PRIVET_FFMPG": "PRIVET_FFMPEG", "PRIVET_TRUSTED_PROXY": "PRIVET_TRUSTED_PROXIES", "PRIVET_COLOUR": "",
	} {
		err := CheckNames([]string{name + "=1"})
		if err == nil || strings.Contains(err.Error(), "did you mean") != (known != "") || !strings.Contains(err.Error(), known) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// PocketBase's settings are encrypted by a key of the right length, or the flag is not given.
func TestCheckEncryption(t *testing.T) {
	key := strings.Repeat("k", 32)
	lookup := env("KEY", key, "SHORT", key[1:], "LONG", key+"k", "EMPTY", "")
	for name, fine := range map[string]bool{"": true, "KEY": true, "SHORT": false, "LONG": false, "EMPTY": false, "UNSET": false} {
		err := CheckEncryption(name, lookup)
		if (err == nil) != fine {
			t.Errorf("%q: %v", name, err)
		}
		if err != nil && (!strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "kkkk")) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// The networks whose forwarded headers count are the given ones in place of the default.
func TestTrustedProxies(t *testing.T) {
	addresses := []string{
		"127.0.0.1", "::1", "10.1.2.3", "172.31.255.255", "192.168.1.1", "fd00::1", "::ffff:10.1.2.3",
		"172.32.0.1", "169.254.1.1", "100.64.0.1", "fe80::1%eth0", "192.0.2.1", "2001:db8::1", "35.191.0.1",
	}
	for value, trusted := range map[string][]string{
		"":                           addresses[:7],
		"none":                       nil,
		"35.191.0.0/16, 2001:db8::1": {"35.191.0.1", "2001:db8::1"},
		"::ffff:192.0.2.1,fe80::/10": {"192.0.2.1", "fe80::1%eth0"},
		"0.0.0.0/0,::/0":             addresses,
	} {
		s, err := Read(env("PRIVET_TRUSTED_PROXIES", value))
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range addresses {
			if got := s.TrustedProxies.Contains(netip.MustParseAddr(address)); got != slices.Contains(trusted, address) {
				t.Errorf("%q: %s is trusted: %v", value, address, got)
			}
		}
	}
}

// A variable that is none of the settings is refused by one line, also one that a later version will have; not what
// container engines put there.
func TestCheckNames(t *testing.T) {
	fine := []string{
		"PRIVET_RATE_LIMIT=60", "PRIVET_FFMPEG=/bin/ffmpeg", "PRIVET_S3_REDIRECT=1", "PRIVET_RATELIMIT=", "HOME=/", "PRIVETX=1", "MY_PRIVET_X=1",
		"PRIVET_SERVICE_HOST=10.0.0.1", "PRIVET_SERVICE_PORT=8090", "PRIVET_SERVICE_PORT_HTTP=8090", "PRIVET_PORT=tcp://10.0.0.1:8090",
		"PRIVET_PORT_8090_TCP=tcp://10.0.0.1:8090", "PRIVET_PORT_8090_TCP_PROTO=tcp", "PRIVET_PORT_8090_TCP_ADDR=10.0.0.1", "PRIVET_API_V2_SERVICE_HOST=10.0.0.1",
		"PRIVET_API_PORT_80_TCP_PORT=80",
	}
	if err := CheckNames(fine); err != nil {
		t.Error(err)
	}
	for _, name := range append([]string{"PRIVET_RATELIMIT", "PRIVET_PORT", "PRIVET_", "PRIVET_public_url"}, planned...) {
		err := CheckNames(append(fine, name+"=8090"))
		if err == nil || !strings.HasPrefix(err.Error(), name+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if slices.ContainsFunc(variables, func(v variable) bool { return v.name == name }) {
			t.Errorf("%s is no longer planned", name)
		}
	}
}

func TestHelpNamesAll(t *testing.T) {
	help := Help()
	for _, v := range variables {
		if !strings.Contains(help, v.name) {
			t.Errorf("--help lacks %s", v.name)
		}
	}
}
