package reference

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func load(t *testing.T, convert func([]byte) ([]byte, error)) specification {
	t.Helper()
	document, err := os.ReadFile("../../pb_public/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if document, err = convert(document); err != nil {
		t.Fatal(err)
	}
	root, err := parse(document) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	return specification{root}
}

// keys returns the keys of a mapping.
func keys(node *yaml.Node) (names []string) {
	for name := range fields(node) {
		names = append(names, name)
	}
	return names
}

// The document for generators has what each of them needs, as pb_public/docs/clients.md lists it.
func TestForClients(t *testing.T) {
	d := load(t, ForClients)
	if len(d.operations()) < 20 {
		t.Fatalf("%d operations", len(d.operations()))
	}
	uploads := 0
	for _, o := range d.operations() {
		if !strings.HasPrefix(o.path, "/api/v1/") {
			t.Errorf("%s is no path of the API", o.path)
		}
		kinds := keys(at(o.node, "requestBody", "content"))
		if len(kinds) > 1 {
			t.Errorf("%s has bodies of the kinds %q", o.path, kinds)
		}
		if strings.Join(kinds, "") == "multipart/form-data" {
			uploads++
			for name, property := range fields(at(d.resolve(at(o.node, "requestBody", "content", kinds[0], "schema")), "properties")) {
				if name == "media" && text(at(property, "format")) != "binary" {
					t.Errorf("the file of %s is not in place", o.path)
				}
				if isNullable(property) || len(items(at(d.resolve(property), "type"))) > 0 {
					t.Errorf("%s of the form of %s may be null", name, o.path)
				}
			}
		}
		for status, answer := range fields(at(o.node, "responses")) {
			if strings.HasPrefix(status, "2") && at(answer, "$ref") != nil {
				t.Errorf("the answer %s of %s is not in place", status, o.path)
			}
		}
	}
	if uploads != 3 {
		t.Errorf("%d operations take a form, not sign-up and the two updates", uploads)
	}
	used := map[string]bool{}
	collectReferences(d.root, used)
	for reference := range used {
		var steps []any
		for step := range strings.SplitSeq(strings.TrimPrefix(reference, "#/"), "/") {
			steps = append(steps, step)
		}
		if at(d.root, steps...) == nil {
			t.Errorf("%s is not there", reference)
		}
	}
	for name, schema := range fields(d.at("components", "schemas")) {
		if isNullable(schema) {
			t.Errorf("%s is another schema or null", name)
		}
	}
}

// No enum of the whole document has null, no schema is called as a type of a language or a generator, and the JSON of each
// success has a name.
func TestNames(t *testing.T) {
	d := load(t, JSON)
	for _, name := range []string{"File", "Blob", "Success", "Error", "Timestamp", "Date", "Object", "Map", "List", "Binary"} {
		if d.at("components", "schemas", name) != nil {
			t.Errorf("a schema is called %s", name)
		}
	}
	for name, schema := range fields(d.at("components", "schemas")) {
		for _, value := range items(at(schema, "enum")) {
			if value.Tag == "!!null" {
				t.Errorf("the enum %s has null", name)
			}
		}
	}
	for _, o := range d.operations() {
		for status, answer := range fields(at(o.node, "responses")) {
			schema := at(d.resolve(answer), "content", "application/json", "schema")
			if strings.HasPrefix(status, "2") && schema != nil && at(schema, "$ref") == nil {
				t.Errorf("the answer %s of %s has no name", status, o.path)
			}
		}
	}
}
