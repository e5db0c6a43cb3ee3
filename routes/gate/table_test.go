package gate

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/desk"
	"github.com/privet/privet/routes/limits"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

// routesOf returns the patterns of all routes of PocketBase's router, which tells them to nobody.
func routesOf(group reflect.Value, prefix string) (patterns []string) {
	prefix += group.FieldByName("Prefix").String()
	children := group.FieldByName("children")
	for i := range children.Len() {
		child := children.Index(i).Elem().Elem()
		if child.FieldByName("Prefix").IsValid() {
			patterns = append(patterns, routesOf(child, prefix)...)
		} else {
			patterns = append(patterns, child.FieldByName("Method").String()+" "+prefix+child.FieldByName("Path").String())
		}
	}
	return patterns
}

// Each route of PocketBase's API is in the table or not there, whatever a later version adds, and the table lists none
// that there isn't.
func TestTableCoversTheRouter(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	desk.Bind(router, time.UTC)
	Register(app, router, limits.New(0, time.Now), "/api/v1/")
	patterns := routesOf(reflect.ValueOf(router.RouterGroup).Elem(), "")
	mux, err := router.BuildMux()
	if err != nil {
		t.Fatal(err)
	}
	if len(patterns) < 50 {
		t.Fatalf("only %d routes", len(patterns))
	}
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	there := map[string]bool{}
	for _, pattern := range patterns {
		there[pattern] = true
		method, path, _ := strings.Cut(pattern, " ")
		if !strings.HasPrefix(path, "/api/") || path == "/api/health" {
			continue
		}
		want := http.StatusNotFound
		if table[pattern] == superuser || table[pattern] == signedURL {
			want = http.StatusUnauthorized
		}
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(method, parameter.ReplaceAllString(path, "users"), strings.NewReader("{}")))
		if answer.Code != want {
			t.Errorf("%s: %d, want %d: %s", pattern, answer.Code, want, answer.Body)
		}
		if _, listed := table[pattern]; !listed {
			t.Log("not there: " + pattern)
		}
	}
	for pattern := range table {
		if !there[pattern] {
			t.Errorf("there is no route %s", pattern)
		}
	}
	for pattern := range hashing {
		if table[pattern] == nobody {
			t.Errorf("%s is not in the table", pattern)
		}
	}
}
