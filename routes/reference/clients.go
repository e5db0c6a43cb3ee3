package reference

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ForClients converts an OpenAPI 3.1 document in YAML to JSON for generators of clients. They read less of OpenAPI than
// readers and validators do, so:
//   - each operation has one kind of body, multipart where it takes a file and JSON elsewhere;
//   - files, successful answers and what may be null stand in place, not behind a $ref;
//   - the fields of a form are optional instead of nullable;
//   - media files, which apps load by their URLs, and samples of code are left out.
func ForClients(document []byte) ([]byte, error) {
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	d := specification{root}
	paths := at(root, "paths")
	removeFields(paths, func(path string) bool { return !strings.HasPrefix(path, "/api/") })
	removeFields(root, func(name string) bool { return name == "x-first-order" })
	removeFields(at(root, "info"), func(name string) bool { return name == "summary" }) // which converters to OpenAPI 3.0 leave in
	for _, o := range d.operations() {
		removeFields(o.node, func(name string) bool { return name == "x-codeSamples" })
		d.chooseBody(at(o.node, "requestBody", "content"))
		replaceFields(at(o.node, "responses"), func(status string, answer *yaml.Node) *yaml.Node {
			if strings.HasPrefix(status, "2") {
				return d.resolve(answer)
			}
			return answer
		})
	}
	d.placeNullable(root)
	d.removeUnused()
	var out bytes.Buffer
	err = write(&out, root)
	return out.Bytes(), err
}

// chooseBody leaves one of the kinds of a body. A form has no null: a field is left out.
func (d specification) chooseBody(content *yaml.Node) {
	const form, inJSON = "multipart/form-data", "application/json"
	properties := at(d.resolve(at(content, form, "schema")), "properties")
	takesFile := false
	for _, property := range fields(properties) {
		takesFile = takesFile || text(at(d.resolve(property), "format")) == "binary"
	}
	kept := inJSON
	if takesFile {
		kept = form
		replaceFields(properties, func(_ string, schema *yaml.Node) *yaml.Node { return d.withoutNull(schema) })
	}
	removeFields(content, func(kind string) bool { return kind != kept })
}

// withoutNull returns the schema of a form's field without null, and in place, not behind a $ref, where null had to be removed or
// the field is a file.
func (d specification) withoutNull(schema *yaml.Node) *yaml.Node {
	resolved := d.resolve(schema)
	switch types := at(resolved, "type"); {
	case isNullable(resolved):
		return at(resolved, "anyOf", 0)
	case len(items(types)) == 2 && types.Content[1].Value == "null":
		plain := *resolved
		plain.Content = slices.Clone(resolved.Content)
		replaceFields(&plain, func(name string, value *yaml.Node) *yaml.Node {
			if name == "type" {
				return types.Content[0]
			}
			return value
		})
		return &plain
	case text(at(resolved, "format")) == "binary":
		return resolved
	}
	return schema
}

// placeNullable replaces, in a node and all below it, each $ref to a schema that is another one or null by that schema:
// generators take a component of that kind for a type without fields.
func (d specification) placeNullable(node *yaml.Node) {
	for i, child := range node.Content {
		if resolved := d.resolve(child); resolved != child && isNullable(resolved) {
			node.Content[i] = resolved
			continue
		}
		d.placeNullable(child)
	}
}

// isNullable reports whether a schema is another one or null.
func isNullable(schema *yaml.Node) bool {
	options := items(at(schema, "anyOf"))
	return len(options) == 2 && text(at(options[1], "type")) == "null"
}

// removeUnused removes the components that nothing refers to any more, until each is referred to.
func (d specification) removeUnused() {
	for {
		used, removed := map[string]bool{}, false
		collectReferences(d.root, used)
		for kind, components := range fields(at(d.root, "components")) {
			if kind == "securitySchemes" {
				continue
			}
			removeFields(components, func(name string) bool {
				unused := !used["#/components/"+kind+"/"+name]
				removed = removed || unused
				return unused
			})
		}
		if !removed {
			return
		}
	}
}

// collectReferences adds what the $refs of a node and of all below it refer to.
func collectReferences(node *yaml.Node, to map[string]bool) {
	if reference := text(at(node, "$ref")); reference != "" {
		to[reference] = true
	}
	for _, child := range node.Content {
		collectReferences(child, to)
	}
}

// replaceFields replaces the values of a mapping by what replace returns for them.
func replaceFields(node *yaml.Node, replace func(name string, value *yaml.Node) *yaml.Node) {
	if node == nil {
		return
	}
	for i := 0; i < len(node.Content); i += 2 {
		node.Content[i+1] = replace(node.Content[i].Value, node.Content[i+1])
	}
}

// removeFields removes those fields of a mapping for which remove reports true.
func removeFields(node *yaml.Node, remove func(name string) bool) {
	if node == nil {
		return
	}
	var kept []*yaml.Node
	for i := 0; i < len(node.Content); i += 2 {
		if !remove(node.Content[i].Value) {
			kept = append(kept, node.Content[i], node.Content[i+1])
		}
	}
	node.Content = kept
}
