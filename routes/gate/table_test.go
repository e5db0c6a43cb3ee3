package gate_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/gate"
	"github.com/privet/privet/routes/testkit"
)

// parameter is a parameter of a route's pattern.
var parameter = regexp.MustCompile(`\{[^}]*\}`)

// patterns returns the patterns of the server's routes that pass the gate, as "GET /api/logs/{id}". PocketBase's router tells
// them to nobody.
func patterns(t *testing.T, s *testkit.Server) (found []string) {
	t.Helper()
	var collect func(group reflect.Value, prefix string)
	collect = func(group reflect.Value, prefix string) {
		prefix += group.FieldByName("Prefix").String()
		children := group.FieldByName("children")
		for i := range children.Len() {
			child := children.Index(i).Elem().Elem()
			if child.FieldByName("Prefix").IsValid() {
				collect(child, prefix)
				continue
			}
			method, path := child.FieldByName("Method").String(), prefix+child.FieldByName("Path").String()
			if strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/api/v1/") && path != "/api/health" {
				found = append(found, method+" "+path)
			}
		}
	}
	collect(reflect.ValueOf(s.Router.RouterGroup).Elem(), "")
	if len(found) < 50 {
		t.Fatalf("only %d routes", len(found))
	}
	return found
}

// Each route of PocketBase's API, and of the desk, is in the table or not there, whatever a later version adds, and the table lists
// none that there isn't. The desk's specification lists the desk's, and no others.
func TestTableCoversTheRouter(t *testing.T) {
	s := testkit.Start(t)
	there := patterns(t, s)
	for _, pattern := range there {
		method, path, _ := strings.Cut(pattern, " ")
		if gate.Stays(pattern) {
			continue
		}
		want := gate.StatusOfStrangers(pattern)
		if answer := s.Request(method, parameter.ReplaceAllString(path, "users")).JSON(`{}`).Do(); answer.Status != want {
			t.Errorf("%s: %d, want %d: %s", pattern, answer.Status, want, answer.Body)
		}
		if !slices.Contains(gate.Listed(), pattern) {
			t.Log("not there: " + pattern)
		}
	}
	for _, pattern := range gate.Listed() {
		if !slices.Contains(there, pattern) {
			t.Errorf("there is no route %s", pattern)
		}
	}
	var specification struct {
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]map[string]any
		}
	}
	s.Get("/api/desk/openapi.json").As(s.Moderator()).Do().Want(200).Into(&specification)
	var specified, listed []string
	for path, methods := range specification.Paths {
		for method := range methods {
			specified = append(specified, strings.ToUpper(method)+" "+path)
		}
	}
	for _, pattern := range gate.Listed() {
		if strings.Contains(pattern, " /api/desk/") {
			listed = append(listed, pattern)
		}
	}
	for name, schema := range specification.Components.Schemas {
		if name != "MyChoices" && schema["properties"] != nil && schema["additionalProperties"] == nil { // which is of a request
			t.Errorf("the schema %s takes fields that it does not list", name)
		}
	}
	slices.Sort(specified)
	slices.Sort(listed)
	if !slices.Equal(specified, listed) {
		t.Errorf("the specification has\n%q\nthe table\n%q", specified, listed)
	}
	for _, pattern := range gate.Hashing() {
		if !slices.Contains(gate.Listed(), pattern) {
			t.Errorf("%s is not in the table", pattern)
		}
	}
}
