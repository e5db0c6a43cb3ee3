package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// The library of most Android apps gets each of 32 answers to uploads that are refused before their body is read.
func TestOkHttp(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Java virtual machine")
	}
	t.Parallel()
	jars := []string{"/usr/share/java/okhttp.jar", "/usr/share/java/okio.jar"}
	for _, jar := range jars {
		if _, err := os.Stat(jar); err != nil {
			t.Skip("libokhttp-java is not installed: ", err)
		}
	}
	if _, err := exec.LookPath("javac"); err != nil {
		t.Skip("no JDK is installed, which runs the client of this test")
	}
	s := testkit.Start(t)
	const times = 32
	command := exec.CommandContext(t.Context(), "java", "-cp", strings.Join(jars, ":"), "testdata/RefusedUploads.java",
		s.URL+"/api/v1/order/update/1", expiredToken, fmt.Sprint(times))
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := strings.Count(string(out), `401 {"status":"error","message":"Unauthorized"}`); got != times {
		t.Errorf("%d of %d answers arrived:\n%s", got, times, out)
	}
}
