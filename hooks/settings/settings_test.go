package settings

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	if s.RateLimit != 60 || s.PublicURL != "" || s.Firebase.Credentials != nil || s.Google.ClientIDs != nil || s.VK.Apps != nil {
		t.Fatalf("defaults: %+v", s)
	}
}

func TestAllGiven(t *testing.T) {
	s, err := Read(env(
		"GOOGLE_APPLICATION_CREDENTIALS", account(t, func(map[string]string) {}),
		"PRIVET_FCM_ENDPOINT", "http://127.0.0.1:9/v1/",
		"PRIVET_GOOGLE_CLIENT_IDS", "a.apps, b.apps",
		"PRIVET_VK_APPS", "1:secret:service,2:s:t",
		"PRIVET_RATE_LIMIT", "0",
		"PRIVET_PUBLIC_URL", "https://api.example.com/",
	))
	if err != nil {
		t.Fatal(err)
	}
	if s.Firebase.ProjectID != "greetings" || s.Firebase.Endpoint != "http://127.0.0.1:9/v1" || len(s.Google.ClientIDs) != 2 ||
		s.Google.ClientIDs[1] != "b.apps" || s.VK.Apps[1] != (VKApp{"2", "s", "t"}) || s.RateLimit != 0 || s.PublicURL != "https://api.example.com" {
		t.Fatalf("%+v", s)
	}
}

// Each wrong setting gives one line that names it and keeps its secrets.
func TestWrong(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"PRIVET_RATE_LIMIT", "-1"},
		{"PRIVET_RATE_LIMIT", "many"},
		{"PRIVET_RATE_LIMIT", "1000001"},
		{"PRIVET_PUBLIC_URL", "api.example.com"},
		{"PRIVET_PUBLIC_URL", "ftp://api.example.com"},
		{"PRIVET_PUBLIC_URL", "https://api.example.com?x=1"},
		{"PRIVET_FCM_ENDPOINT", "://"},
		{"PRIVET_GOOGLE_CLIENT_IDS", "a,,b"},
		{"PRIVET_GOOGLE_CLIENT_IDS", "a.apps b.apps"},
		{"PRIVET_VK_APPS", "1:topsecret x:service"},
		{"PRIVET_VK_APPS", "1:topsecret"},
		{"PRIVET_VK_APPS", "1:topsecret:"},
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
