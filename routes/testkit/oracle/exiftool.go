package oracle

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// exiftool is one process for all calls of a test binary: starting it takes longer than most of its work. It ends with its
// standard input.
var exiftool struct {
	sync.Mutex
	in     io.WriteCloser
	out    *bufio.Reader
	failed lastWords
}

// lastWords keeps the end of what is written to it.
type lastWords struct {
	sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (w *lastWords) Write(p []byte) (int, error) {
	w.Lock()
	defer w.Unlock()
	w.text = append(w.text, p...)
	w.text = w.text[max(0, len(w.text)-1000):]
	return len(p), nil
}

// String implements fmt.Stringer.
func (w *lastWords) String() string {
	w.Lock()
	defer w.Unlock()
	return string(w.text)
}

// Exiftool runs exiftool with arguments and returns its standard output. It skips the test where exiftool is missing, and
// fails it where exiftool does.
func Exiftool(t testing.TB, arguments ...string) string {
	t.Helper()
	exiftool.Lock()
	defer exiftool.Unlock()
	if exiftool.in == nil {
		if err := start(); err != nil {
			t.Skip("exiftool can't be started: ", err)
		}
	}
	const status = "{status="
	call := strings.Join(append(arguments, "-q", "-echo3", status+"${status}}", "-execute\n"), "\n") // with -q, nothing follows
	if _, err := io.WriteString(exiftool.in, call); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for !ended.MatchString(all.String()[max(0, all.Len()-20):]) {
		line, err := exiftool.out.ReadString('\n')
		if err != nil {
			t.Fatalf("exiftool has ended: %v\n%s", err, &exiftool.failed)
		}
		all.WriteString(line)
	}
	answer := all.String()
	at := strings.LastIndex(answer, status)
	if at < 0 || answer[at:] != status+"0}\n" {
		t.Fatalf("exiftool %s: %s\n%s", strings.Join(arguments, " "), answer[max(at, 0):], &exiftool.failed)
	}
	return answer[:at]
}

// ended matches the end of an answer.
var ended = regexp.MustCompile(`\{status=\d+\}\n$`)

// start starts the process.
func start() error {
	command := exec.Command("exiftool", "-stay_open", "True", "-@", "-")
	in, err := command.StdinPipe()
	if err != nil {
		return err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	command.Stderr = &exiftool.failed
	if err := command.Start(); err != nil {
		return err
	}
	exiftool.in, exiftool.out = in, bufio.NewReader(out)
	return nil
}

// Tags returns what exiftool finds in files, by "Group:Name", embedded files and repeated tags included.
func Tags(t testing.TB, paths ...string) []map[string]any {
	t.Helper()
	var found []map[string]any
	answer := Exiftool(t, append([]string{"-q", "-a", "-G1", "-s", "-ee", "-json", "-n"}, paths...)...)
	reader := json.NewDecoder(strings.NewReader(answer))
	reader.UseNumber()
	if err := reader.Decode(&found); err != nil {
		t.Fatal(fmt.Errorf("%w in %.300s", err, answer))
	}
	return found
}
