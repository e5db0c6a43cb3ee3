package dashboard_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// wantUnchanged fails the test if a record differs from an earlier state.
func wantUnchanged(t *testing.T, dashboard *testkit.Dashboard, collection string, id any, before map[string]any) {
	t.Helper()
	was, _ := json.Marshal(before)
	is, _ := json.Marshal(dashboard.Open(collection, id))
	if string(was) != string(is) {
		t.Errorf("%s %v was\n%s and is\n%s", collection, id, was, is)
	}
}

// caseName names a subtest by the fields that it changes.
func caseName(fields map[string]any) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, fmt.Sprintf("%s=%.40v", name, fields[name]))
	}
	return strings.Join(parts, " ")
}

// encode copies a value into another by their JSON.
func encode(t *testing.T, value, into any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}
