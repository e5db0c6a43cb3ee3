package main

import (
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
)

// The version is what the linker was told, else the module's own, else a development version.
func TestVersion(t *testing.T) {
	t.Parallel()
	const commit, date, pseudoVersion = "d326e3f0000000000000000000000000000000ab", "2026-11-27T02:00:00Z", "v0.0.0-20261127020000-d326e3f00000"
	vcs := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: commit}, {Key: "vcs.time", Value: date}, {Key: "vcs.modified", Value: modified}}
	}
	info := func(version string, settings []debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	for name, test := range map[string]struct {
		linked build
		info   *debug.BuildInfo
		want   build
	}{
		"a release":                  {build{"0.2.0", commit, date}, info("(devel)", nil), build{"0.2.0", commit, date}},
		"go install of a tag":        {build{}, info("v0.2.1", nil), build{"0.2.1", "", ""}},
		"go install of a candidate":  {build{}, info("v0.3.0-rc.1", nil), build{"0.3.0-rc.1", "", ""}},
		"go install of a commit":     {build{}, info(pseudoVersion, nil), build{pseudoVersion[1:], "", ""}},
		"a checkout":                 {build{}, info(pseudoVersion, vcs("false")), build{release + "-dev", commit, date}},
		"a checkout with changes":    {build{}, info(pseudoVersion+"+dirty", vcs("true")), build{release + "-dev", commit + " (modified)", date}},
		"a checkout of a tag":        {build{}, info("v0.2.0", vcs("false")), build{"0.2.0", commit, date}},
		"a changed one":              {build{}, info("v0.2.0+dirty", vcs("true")), build{release + "-dev", commit + " (modified)", date}},
		"a folder without a history": {build{}, info("(devel)", nil), build{release + "-dev", "", ""}},
		"no information":             {build{}, nil, build{release + "-dev", "", ""}},
	} {
		if got := buildOf(test.linked, test.info); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	if line := (build{"0.2.0", commit, date}).String(); !strings.HasPrefix(line, "0.2.0, commit "+commit+", of "+date+", go1.") {
		t.Error(line)
	}
}

// Who releases has raised the version in the code, and the changelog says what is in it.
func TestChangelogKnowsTheVersion(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	heading := regexp.MustCompile(`(?m)^## \[(.+?)\]`).FindSubmatch(content)
	if heading == nil || string(heading[1]) != "Unreleased" && string(heading[1]) != release {
		t.Errorf("the changelog begins with %q, the code is %s", heading, release)
	}
}
