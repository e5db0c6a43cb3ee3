package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"

	"go.yaml.in/yaml/v3"
)

// imageUser is the user of the image for good: each data folder that exists belongs to it.
const imageUser = "65532:65532"

// The image runs as the user to whom the data folders that exist belong, and holds what .ci/release builds.
func TestImageIsPinned(t *testing.T) {
	t.Parallel()
	dockerfile := readFile(t, "../../Dockerfile")
	for _, want := range []string{
		"USER " + imageUser, "COPY --from=build --chown=" + imageUser + " /data /data", "VOLUME /data", "STOPSIGNAL SIGTERM",
		`CMD ["serve", "--http=0.0.0.0:8090", "--dir=/data"]`, "FROM --platform=$BUILDPLATFORM golang:" + toolchain(t) + " AS build",
	} {
		if !slices.Contains(strings.Split(dockerfile, "\n"), want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
	if found := regexp.MustCompile(`(?m)^\s*USER .*`).FindAllString(dockerfile, -1); len(found) != 1 {
		t.Errorf("users: %q", found)
	}
	const build = ".github/deploy/build"
	if !strings.Contains(dockerfile, build) || !strings.Contains(readFile(t, "../../.ci/release"), build) || strings.Contains(dockerfile, "go build") {
		t.Errorf("image and release are not both built by %s", build)
	}
	for _, ignored := range []string{".github", "version.go", "go.mod"} {
		if slices.Contains(strings.Split(readFile(t, "../../.dockerignore"), "\n"), ignored) {
			t.Errorf("the build needs %s, which .dockerignore leaves out", ignored)
		}
	}
}

// Who follows the documents gets a version by its number, everywhere the same.
func TestVersionIsPinned(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`(?m)^const release = "(.+)"$`).FindStringSubmatch(readFile(t, "../../version.go"))
	if version == nil {
		t.Fatal("version.go has no version")
	}
	install := readFile(t, "../../pb_public/docs/install.md")
	for _, want := range []string{"go install github.com/privet/privet@v" + version[1], "privet:" + version[1]} {
		if !strings.Contains(install, want) {
			t.Errorf("install.md lacks %q", want)
		}
	}
	for name, text := range map[string]string{"README.md": readFile(t, "../../README.md"), "install.md": install, "compose.yaml": sampleText(t, "compose.yaml")} {
		if found := regexp.MustCompile(`privet:latest|privet@latest`).FindString(text); found != "" {
			t.Errorf("%s names %s", name, found)
		}
		for _, found := range regexp.MustCompile(`\bprivet:(\d[\w.-]*)`).FindAllStringSubmatch(text, -1) {
			if found[1] != version[1] {
				t.Errorf("%s names privet:%s, the code is %s", name, found[1], version[1])
			}
		}
	}
}

// service is what the tests look at of a service of compose.yaml.
type service struct {
	Image       string
	Environment map[string]string
	Volumes     []string
	Ports       []string
	User        string
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	CapAdd      []string `yaml:"cap_add"`
	SecurityOpt []string `yaml:"security_opt"`
	Healthcheck struct{ Test []string }
	StopGrace   string `yaml:"stop_grace_period"`
}

// The compose file keeps its promises: a named volume, nothing but the loopback interface for the direct port, no rights,
// and settings that exist. That it is a compose file is checked by compose itself in .ci/run.
func TestComposeSample(t *testing.T) {
	t.Parallel()
	var file struct {
		Services map[string]service
		Volumes  map[string]any
	}
	if err := yaml.Unmarshal([]byte(sampleText(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	privet, caddy := file.Services["privet"], file.Services["caddy"]
	for name, s := range map[string]service{"privet": privet, "caddy": caddy} {
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s has rights: %+v", name, s)
		}
		if !regexp.MustCompile(`:\d+\.\d+\.\d+$`).MatchString(s.Image) {
			t.Errorf("%s has the image %s", name, s.Image)
		}
	}
	if privet.User != imageUser || len(privet.CapAdd) > 0 || !slices.Equal(privet.Volumes, []string{"data:/data"}) {
		t.Errorf("%+v", privet)
	}
	if _, named := file.Volumes["data"]; !named {
		t.Error("the volume is not named")
	}
	for _, port := range privet.Ports {
		if !strings.HasPrefix(port, "127.0.0.1:") {
			t.Errorf("the direct port is open: %s", port)
		}
	}
	if !slices.Equal(privet.Healthcheck.Test, []string{"CMD", "/privet", "health"}) || privet.StopGrace != "40s" {
		t.Errorf("%+v", privet)
	}
	var environ []string
	for name, value := range privet.Environment {
		environ = append(environ, name+"="+value)
	}
	if err := settings.CheckNames(environ); err != nil || len(environ) == 0 {
		t.Errorf("%q: %v", environ, err)
	}
}

// systemd takes the unit as it is, and finds little that it exposes.
func TestSystemdSample(t *testing.T) {
	t.Parallel()
	findProgram(t, "systemd-analyze")
	unit := filepath.Join(t.TempDir(), "privet.service")
	text := strings.ReplaceAll(sampleText(t, "privet.service"), "/usr/local/bin/privet", "/bin/true") // verify looks whether it is there
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput(); err != nil || strings.Contains(string(out), "privet.service") {
		t.Errorf("verify: %v\n%s", err, out)
	}
	// In tenths; services without hardening have 96.
	if out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit).CombinedOutput(); err != nil {
		t.Errorf("security: %v\n%s", err, out)
	}
}

// Under the unit's filter of system calls, as far as a test can impose it, the server serves, and renders a preview.
func TestSystemCallFilter(t *testing.T) {
	if testing.Short() {
		t.Skip("renders a preview")
	}
	findProgram(t, "systemd-analyze")
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import seccomp").Run() != nil {
		t.Skip("needs python3-seccomp")
	}
	var allowed []string
	for _, line := range regexp.MustCompile(`(?m)^SystemCallFilter=(.*)$`).FindAllStringSubmatch(sampleText(t, "privet.service"), -1) {
		remove := strings.HasPrefix(line[1], "~")
		for _, name := range strings.Fields(strings.TrimPrefix(line[1], "~")) {
			calls := expand(t, name)
			allowed = slices.DeleteFunc(allowed, func(call string) bool { return remove && slices.Contains(calls, call) })
			if !remove {
				allowed = append(allowed, calls...)
			}
		}
	}
	if len(allowed) < 100 || slices.Contains(allowed, "chown") {
		t.Fatalf("%d system calls: %q", len(allowed), allowed)
	}
	program := filepath.Join(t.TempDir(), "filtered")
	// Sockets of other families than the Internet's are refused, too, as RestrictAddressFamilies does.
	text := fmt.Sprintf(`#!%s
import os, seccomp, sys
f = seccomp.SyscallFilter(defaction=seccomp.ERRNO(1))
for name in %q.split():
    if name == "socket":
        for family in (2, 10):
            f.add_rule(seccomp.ALLOW, name, seccomp.Arg(0, seccomp.EQ, family))
        continue
    try:
        f.add_rule(seccomp.ALLOW, name)
    except (OSError, RuntimeError):
        pass # a call of another kind of machine
f.load()
os.execv(%q, sys.argv)
`, python, strings.Join(allowed, " "), testkit.Binary(t))
	if err := os.WriteFile(program, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	p := testkit.Process(t)
	p.Stop(15)
	p.Executable = program
	p.Start()
	client, performer := p.Client(), p.Performer()
	done := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).
		Multipart([]testkit.File{testkit.PhoneVideo(t)}, "status", "2").Do().Want(200).Map()
	preview := testkit.PathOf(done.String("data", "media", 0, "preview_url"))
	testkit.WantColours(t, p.AwaitPreview(preview).Body, 240, 320, "blue", "red")
	if status := readFile(t, fmt.Sprintf("/proc/%d/status", p.PID())); !strings.Contains(status, "Seccomp:\t2") || !strings.Contains(status, "NoNewPrivs:\t1") {
		t.Errorf("nothing is filtered:\n%s", status)
	}
	if strings.Contains(p.Log.String(), "andlock") {
		t.Errorf("children don't confine themselves: %s", p.Log)
	}
	if code := p.Stop(15); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// expand returns the system calls of a group of systemd's, or a call itself.
func expand(t *testing.T, name string) (calls []string) {
	t.Helper()
	if !strings.HasPrefix(name, "@") {
		return []string{name}
	}
	out, err := exec.Command("systemd-analyze", "syscall-filter", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if member := strings.TrimSpace(line); strings.HasPrefix(line, " ") && !strings.HasPrefix(member, "#") {
			calls = append(calls, expand(t, member)...)
		}
	}
	return calls
}

// toolchain returns the version of Go in go.mod, as "1.27.3".
func toolchain(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^toolchain go(.+)$`).FindStringSubmatch(readFile(t, "../../go.mod"))
	if found == nil {
		t.Fatal("go.mod has no toolchain")
	}
	return found[1]
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
