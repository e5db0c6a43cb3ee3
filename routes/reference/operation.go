package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// specification is an OpenAPI document.
type specification struct{ root *yaml.Node }

func (d specification) at(steps ...any) *yaml.Node { return d.resolve(at(d.root, steps...)) }

// resolve follows a node's $ref, which points into the document.
func (d specification) resolve(node *yaml.Node) *yaml.Node {
	reference := text(at(node, "$ref"))
	if reference == "" {
		return node
	}
	var steps []any
	for step := range strings.SplitSeq(strings.TrimPrefix(reference, "#/"), "/") {
		steps = append(steps, step)
	}
	return at(d.root, steps...)
}

// operation is one method of one path.
type operation struct {
	specification
	method, path string
	node         *yaml.Node
}

type operations []operation

// operations are those of the document, in its order.
func (d specification) operations() (all operations) {
	for path, methods := range fields(d.at("paths")) {
		for method, node := range fields(methods) {
			all = append(all, operation{d, strings.ToUpper(method), path, node})
		}
	}
	return all
}

func (all operations) find(id string) (operation, bool) {
	for _, o := range all {
		if text(at(o.node, "operationId")) == id {
			return o, true
		}
	}
	return operation{}, false
}

// request is the operation with its examples.
func (o operation) request() (request, error) {
	return o.fill(text(at(o.node, "summary")), nil, o.documented())
}

// step is the operation as a step of the walk: with other values, and a success.
func (o operation) step(step *yaml.Node) (request, error) {
	r, err := o.fill(text(at(step, "name")), at(step, "body"), o.succeeds())
	if err != nil {
		return r, err
	}
	for variable, path := range fields(at(step, "keep")) {
		r.Event[0].Script.Exec = append(r.Event[0].Script.Exec,
			fmt.Sprintf("pm.collectionVariables.set(%q, pm.response.json().%s);", variable, path.Value))
	}
	for i, variable := range r.Request.URL.Variable {
		r.Request.URL.Variable[i].Value = "{{" + variable.Key + "}}"
	}
	if token := text(at(step, "as")); token != "" {
		r.Request.Auth = bearer(token)
	}
	r.Response = []answer{}
	return r, nil
}

func (o operation) fill(name string, instead *yaml.Node, test []string) (request, error) {
	if text(at(o.node, "responses", "200", "$ref")) == "#/components/responses/SignedIn" {
		test = append(test, `if (pm.response.code === 200) pm.collectionVariables.set("token", pm.response.json().token);`)
	}
	call := call{Method: o.method, URL: o.url(), Header: []pair{{Key: "Accept", Value: "application/json"}},
		Description: text(at(o.node, "description"))}
	if len(items(at(o.node, "security"))) == 0 {
		call.Auth = &auth{Type: "noauth"}
	}
	if err := o.fillBody(&call, instead); err != nil {
		return request{}, err
	}
	answers, err := o.answers()
	return request{Name: name, Event: []event{{"test", script{"text/javascript", test}}}, Request: call, Response: answers}, err
}

// url is the path with its parameters; Postman's form of {name} is :name.
func (o operation) url() url {
	path := strings.NewReplacer("{", ":", "}", "").Replace(strings.TrimPrefix(o.path, "/"))
	u := url{Raw: "{{host}}/" + path, Host: []string{"{{host}}"}, Path: strings.Split(path, "/")}
	for _, node := range items(at(o.node, "parameters")) {
		node = o.resolve(node)
		p := pair{Key: text(at(node, "name")), Value: text(at(node, "example")), Description: text(at(node, "description"))}
		switch text(at(node, "in")) {
		case "path":
			u.Variable = append(u.Variable, p)
		case "query":
			p.Disabled = true
			u.Query = append(u.Query, p)
		}
	}
	return u
}

// fillBody fills in the example of the first kind of body that knows the fields of instead, whose values take the
// place of its own; null leaves a field out.
func (o operation) fillBody(call *call, instead *yaml.Node) error {
	for kind, content := range fields(at(o.node, "requestBody", "content")) {
		if !o.knows(content, instead) {
			continue
		}
		example := merge(at(content, "example"), instead)
		if kind != "application/json" {
			call.Body = &body{Mode: "formdata", Form: o.form(example, o.resolve(at(content, "schema")))}
			return nil
		}
		var compact, indented bytes.Buffer
		if err := write(&compact, example); err != nil {
			return err
		}
		if err := json.Indent(&indented, compact.Bytes(), "", "  "); err != nil {
			return err
		}
		call.Header = append(call.Header, pair{Key: "Content-Type", Value: kind})
		call.Body = &body{Mode: "raw", Raw: indented.String(), Options: &options{}}
		call.Body.Options.Raw.Language = "json"
		return nil
	}
	return nil
}

// knows tells whether a kind of body has all these fields: a file is none of JSON's.
func (o operation) knows(content, all *yaml.Node) bool {
	properties := at(o.resolve(at(content, "schema")), "properties")
	for name := range fields(all) {
		if at(properties, name) == nil {
			return false
		}
	}
	return true
}

func merge(example, instead *yaml.Node) *yaml.Node {
	merged := &yaml.Node{Kind: yaml.MappingNode}
	for name, value := range fields(example) {
		if other := at(instead, name); other != nil {
			value = other
		}
		merged.Content = append(merged.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
	}
	for name, value := range fields(instead) {
		if at(example, name) == nil {
			merged.Content = append(merged.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
		}
	}
	kept := merged.Content[:0]
	for i := 0; i < len(merged.Content); i += 2 {
		if merged.Content[i+1].Tag != "!!null" {
			kept = append(kept, merged.Content[i], merged.Content[i+1])
		}
	}
	merged.Content = kept
	return merged
}

// form is an example as the fields of a multipart form. A file's is its name after an @, as curl has it.
func (o operation) form(example, schema *yaml.Node) (pairs []pair) {
	for name, value := range fields(example) {
		property := o.resolve(at(schema, "properties", name))
		p := pair{Key: name, Value: text(value), Type: "text", Description: text(at(property, "description"))}
		switch {
		case text(at(property, "format")) == "binary":
			p.Type, p.Source, p.Value = "file", strings.TrimPrefix(p.Value, "@"), ""
			pairs = append(pairs, p)
		case value.Kind == yaml.SequenceNode:
			for _, item := range value.Content {
				p.Value = text(item)
				pairs = append(pairs, p)
			}
		default:
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// documented is a test that the answer is one of the documented.
func (o operation) documented() []string {
	var codes []string
	for code := range fields(at(o.node, "responses")) {
		codes = append(codes, code)
	}
	return []string{fmt.Sprintf(`pm.test("the answer is a documented one", () => pm.expect([%s]).to.include(pm.response.code));`, strings.Join(codes, ", "))}
}

// succeeds is a test that the operation succeeds.
func (o operation) succeeds() []string {
	return []string{`pm.test("it succeeds", () => pm.expect(pm.response.code).to.equal(200));`}
}

// answers are the documented answers that are JSON.
func (o operation) answers() ([]answer, error) {
	all := []answer{}
	for code, node := range fields(at(o.node, "responses")) {
		node = o.resolve(node)
		content := at(node, "content", "application/json")
		name, examples := text(at(node, "description")), map[string]*yaml.Node{}
		order := []string{}
		if example := at(content, "example"); example != nil {
			examples[name], order = example, append(order, name)
		}
		for title, example := range fields(at(content, "examples")) {
			examples[title], order = at(example, "value"), append(order, title)
		}
		status, err := strconv.Atoi(code)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", o.method, o.path, err)
		}
		for _, title := range order {
			var body bytes.Buffer
			if err := write(&body, examples[title]); err != nil {
				return nil, err
			}
			all = append(all, answer{title, status, []pair{{Key: "Content-Type", Value: "application/json"}}, body.String()})
		}
	}
	return all, nil
}
