package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// walk is what readers paste into a shell: a code block of a page that is marked as one.
type walk struct{ page, commands string }

// readWalks returns the walks of the README and then of the documents, in the order in which they list their pages.
func readWalks(t *testing.T) (walks []walk) {
	t.Helper()
	pages := []string{"../../README.md"}
	for _, link := range regexp.MustCompile(`(?m)^- \[.+?\]\(([\w/-]+\.md)\)`).FindAllStringSubmatch(readFile(t, "../../pb_public/docs/README.md"), -1) {
		pages = append(pages, "../../pb_public/docs/"+link[1])
	}
	for _, page := range pages {
		for _, block := range regexp.MustCompile("(?s)```sh (?:walk|first order)\n(.*?)```").FindAllStringSubmatch(readFile(t, page), -1) {
			walks = append(walks, walk{page, block[1]})
		}
	}
	return walks
}

// A newcomer reads what privet is, and then the two commands, before anything else.
func TestReadmeBegins(t *testing.T) {
	t.Parallel()
	readme := readFile(t, "../../README.md")
	before, code, _ := strings.Cut(readme, "```")
	if !strings.HasPrefix(before, "# privet\n\nprivet is ") || strings.Count(before, ".") != 1 {
		t.Errorf("before the first code stands %q", before)
	}
	code, _, _ = strings.Cut(code, "```")
	commands := regexp.MustCompile(`(?m)\s+#.*$`).ReplaceAllString(code, "")
	if commands != "sh\nGOTOOLCHAIN=auto go run . serve\nGOTOOLCHAIN=auto go test ./...\n" {
		t.Errorf("the first code is %q", code)
	}
	if lines := strings.Count(readme, "\n"); lines > 130 {
		t.Errorf("it has %d lines", lines)
	}
}

// The walks of README and documents work in their order, each twice on the same data, in each shell that is here, and leave no file
// behind. When the server refuses something, they end with its answer.
func TestWalks(t *testing.T) {
	var shells []string
	for _, shell := range []string{"bash", "zsh"} {
		if _, err := exec.LookPath(shell); err == nil {
			shells = append(shells, shell)
		}
	}
	testkit.RequireTools(t, "bash", "curl")
	s := testkit.Start(t)
	folder := t.TempDir()
	run := func(shell, commands string) (string, error) {
		command := exec.Command(shell)
		command.Dir = folder
		command.Env = append(os.Environ(), "TMPDIR="+folder)
		command.Stdin = strings.NewReader(strings.ReplaceAll(commands, "http://127.0.0.1:8090", s.URL))
		out, err := command.CombinedOutput()
		return string(out), err
	}
	walks := readWalks(t)
	if len(walks) < 2 {
		t.Fatalf("there are %d walks", len(walks))
	}
	for _, shell := range slices.Concat(shells, shells) {
		for _, w := range walks {
			out, err := run(shell, w.commands)
			last := out[max(0, strings.LastIndex(out, `{"data":{"id":`)):]
			if err != nil || !strings.Contains(last, `"performer_id":`) || strings.Contains(w.commands, "rating_rate") && !strings.Contains(last, `"status":4`) {
				t.Errorf("%s of %s: %v\n%s", shell, w.page, err, out)
			}
			if strings.Contains(w.commands, "user/search") && !strings.Contains(out, `"total":1}`) {
				t.Errorf("%s of %s: the search finds others\n%s", shell, w.page, out)
			}
		}
	}
	for _, w := range walks {
		out, err := run(shells[len(shells)-1], strings.Replace(w.commands, "role=1", "role=7", 1))
		if lines := strings.Split(strings.TrimSpace(out), "\n"); err == nil || !strings.HasPrefix(lines[len(lines)-1], `auth/signup failed: {"message":"The selected role is invalid."`) {
			t.Errorf("a refused sign-up of %s: %v\n%s", w.page, err, out)
		}
		// Who pastes it into their shell gets what stands there: no history expansion, and comments are none in zsh.
		if regexp.MustCompile(`![^=]|(?m:^\s*#)`).MatchString(w.commands) {
			t.Errorf("the walk of %s has what an interactive shell reads otherwise", w.page)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// Who pastes the README's demo twice is told so, and has the server all the same.
func TestDemoOfTheReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the binary")
	}
	demo := regexp.MustCompile(`(?m)^GOTOOLCHAIN=auto go run \. (demo --dir demo_data)\nGOTOOLCHAIN=auto go run \. serve --dir demo_data$`).FindStringSubmatch(readFile(t, "../../README.md"))
	if demo == nil {
		t.Fatal("the README has no demo")
	}
	binary, folder := testkit.Binary(t), t.TempDir()
	for _, want := range []string{"moderator@example.com", "this data folder is in use"} {
		command := exec.Command(binary, strings.Fields(demo[1])...)
		command.Dir = folder
		out, _ := command.CombinedOutput() // the second time it fails
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	testkit.ProcessOn(t, filepath.Join(folder, "demo_data")).Get("/api/health").Do().Want(200)
}
