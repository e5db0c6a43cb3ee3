package main

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

// release is the version that this source becomes, or is where its commit has that tag. CHANGELOG.md says what is in it.
const release = "0.1.0"

// What .ci/release and the Dockerfile set by the linker's flag -X, as their builds see no repository.
var linkedVersion, linkedCommit, linkedDate string

// build is what a binary was built from. What is unknown is "".
type build struct {
	version string // as "0.1.0"; of a build that is no release "0.1.0-dev"
	commit  string
	date    string // of the commit, as 2026-11-27T02:00:00Z
}

// String returns one line, for --version.
func (b build) String() string {
	line := b.version
	for _, part := range [][2]string{{"commit", b.commit}, {"of", b.date}} {
		if part[1] != "" {
			line += fmt.Sprintf(", %s %s", part[0], part[1])
		}
	}
	return fmt.Sprintf("%s, %s %s/%s", line, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func readBuild() build {
	info, _ := debug.ReadBuildInfo()
	return buildOf(build{linkedVersion, linkedCommit, linkedDate}, info)
}

// pseudo matches the versions that Go gives to commits without a tag, as v0.0.0-20261127020000-0123456789ab.
var pseudo = regexp.MustCompile(`[.-]\d{14}-[0-9a-f]{12}(\+|$)`)

// buildOf decides what a binary was built from: linked is what the linker was told, info what Go noted itself: a module's
// version ("go install module@version"), or the commit of the checkout that was built. info may be nil.
func buildOf(linked build, info *debug.BuildInfo) build {
	b := linked
	if info == nil {
		info = &debug.BuildInfo{}
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	if b.commit == "" {
		b.commit, b.date = settings["vcs.revision"], settings["vcs.time"]
		if settings["vcs.modified"] == "true" {
			b.commit += " (modified)"
		}
	}
	if b.version != "" {
		return b
	}
	checkout, module := settings["vcs.revision"] != "", info.Main.Version
	isRelease := module != "" && module != "(devel)" && !strings.HasSuffix(module, "+dirty") && !pseudo.MatchString(module)
	if isRelease || !checkout && module != "" && module != "(devel)" {
		b.version = strings.TrimPrefix(module, "v")
	} else {
		b.version = release + "-dev"
	}
	return b
}
