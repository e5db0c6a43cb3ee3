package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// The README's walk through the API works when it is pasted into a shell.
func TestReadmeWalk(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs ", tool)
		}
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	walk := regexp.MustCompile("(?s)```sh walk\n(.*?)```").FindSubmatch(readme)
	if walk == nil {
		t.Fatal("the README has no walk")
	}
	s := testkit.Start(t)
	shell := exec.Command("bash", "-eu")
	shell.Dir = t.TempDir()
	shell.Stdin = strings.NewReader(strings.ReplaceAll(string(walk[1]), "http://127.0.0.1:8090", s.URL))
	shell.Stderr = os.Stderr
	out, err := shell.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := string(out)
	last := answers[strings.LastIndex(answers, `{"data":{"id":`):]
	for _, want := range []string{`"status":4`, `"rating_text":"She laughed"`, `"nickname":"Anna"`, `"nickname":"Ivan"`, `"type":1`} {
		if !strings.Contains(last, want) {
			t.Errorf("the last answer lacks %s: %s", want, last)
		}
	}
	if !strings.Contains(answers, `"total":1`) {
		t.Errorf("the search found no performer: %s", answers)
	}
}
