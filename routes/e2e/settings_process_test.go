package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// A setting that makes no sense stops the server by one line that names it, before anything is made of its data folder.
// It stops no other command: whoever mends a server needs these.
func TestSenselessSettings(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	dir := filepath.Join(t.TempDir(), "data")
	run := func(env []string, arguments ...string) (exitCode int, stderr string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), testkit.Binary(t), append(arguments, "--dir="+dir)...)
		var told bytes.Buffer
		command.Env, command.Stderr = append(os.Environ(), env...), &told
		_ = command.Run() // the code tells
		return command.ProcessState.ExitCode(), told.String()
	}
	key := strings.Repeat("k", 32)
	for _, c := range []struct {
		env, argument, names string
	}{
		{"PRIVET_RATELIMIT=60", "--dev=false", "PRIVET_RATE_LIMIT"},
		{"PRIVET_RATE_LIMIT=sixty", "--dev=false", "PRIVET_RATE_LIMIT"},
		{"PRIVET_PUBLIC_URL=https://api.example.com/api/v1", "--dev=false", "https://api.example.com/api/v1"},
		{"PRIVET_PUBLIC_URL=https://:443", "--dev=false", "PRIVET_PUBLIC_URL"},
		{"PRIVET_FFMPEG=" + dir, "--dev=false", "PRIVET_FFMPEG"},
		{"GOOGLE_APPLICATION_CREDENTIALS=" + dir, "--dev=false", dir},
		{"KEY=", "--encryptionEnv=KEY", "KEY"},
		{"KEY=" + key[1:], "--encryptionEnv=KEY", "KEY"},
	} {
		code, told := run([]string{c.env}, "serve", "--http=127.0.0.1:0", c.argument)
		if code == 0 || strings.Count(told, "\n") != 1 || !strings.Contains(told, c.names) || strings.Contains(told, key[1:]) {
			t.Errorf("%s %s: exit code %d, and\n%s", c.env, c.argument, code, told)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Fatalf("%s %s: the data folder was made", c.env, c.argument)
		}
	}
	wrong := []string{"PRIVET_RATELIMIT=60", "PRIVET_PUBLIC_URL=https://:443"}
	for _, arguments := range [][]string{{"--version"}, {"--help"}, {"serve", "--help"}, {"superuser", "upsert", "a@example.com", "a long password"}} {
		if code, told := run(wrong, arguments...); code != 0 {
			t.Errorf("%v: exit code %d\n%s", arguments, code, told)
		}
	}
	if code, told := run([]string{"KEY=" + key}, "superuser", "upsert", "b@example.com", "a long password", "--encryptionEnv=KEY"); code != 0 {
		t.Errorf("with a key: exit code %d\n%s", code, told)
	}
}
