package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// operation is one method of one path.
type operation struct {
	specification
	method, path string
	node         *yaml.Node
}

type operations []operation

// operations returns the document's operations in their order.
func (d specification) operations() (all operations) {
	for path, methods := range fields(d.at("paths")) {
		for method, node := range fields(methods) {
			all = append(all, operation{d, strings.ToUpper(method), path, node})
		}
	}
	return all
}

// find returns the operation with an operationId.
func (all operations) find(id string) (operation, bool) {
	for _, o := range all {
		if text(at(o.node, "operationId")) == id {
			return o, true
		}
	}
	return operation{}, false
}

// request returns the operation with its examples, and a test for a documented answer.
func (o operation) request() (request, error) {
	return o.fill(text(at(o.node, "summary")), nil, o.documented())
}

// step returns the operation as a step of x-first-order: with the step's own values, and a test for success.
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

// fill returns the operation as a request. overrides replaces fields of the example body.
func (o operation) fill(name string, overrides *yaml.Node, test []string) (request, error) {
	if text(at(o.node, "responses", "200", "$ref")) == "#/components/responses/SignedIn" {
		test = append(test, `if (pm.response.code === 200) pm.collectionVariables.set("token", pm.response.json().token);`)
	}
	call := call{Method: o.method, URL: o.url(), Header: append([]pair{{Key: "Accept", Value: "application/json"}}, o.headers()...),
		Description: text(at(o.node, "description"))}
	if len(items(at(o.node, "security"))) == 0 {
		call.Auth = &auth{Type: "noauth"}
	}
	if err := o.fillBody(&call, overrides); err != nil {
		return request{}, err
	}
	answers, err := o.answers()
	return request{Name: name, Event: []event{{"test", script{"text/javascript", test}}}, Request: call, Response: answers}, err
}

// headers returns the headers that are parameters. They are optional, and so disabled.
func (o operation) headers() []pair {
	var headers []pair
	for _, node := range items(at(o.node, "parameters")) {
		if p := o.parameter(node); p.in == "header" {
			p.Disabled = true
			headers = append(headers, p.pair)
		}
	}
	return headers
}

// parameter is a parameter with its example.
type parameter struct {
	in string // path, query or header
	pair
}

func (o operation) parameter(node *yaml.Node) parameter {
	node = o.resolve(node)
	return parameter{text(at(node, "in")),
		pair{Key: text(at(node, "name")), Value: text(at(node, "example")), Description: text(at(node, "description"))}}
}

// url returns the path with its parameters, which Postman writes as :name instead of {name}.
func (o operation) url() url {
	path := strings.NewReplacer("{", ":", "}", "").Replace(strings.TrimPrefix(o.path, "/"))
	u := url{Raw: "{{host}}/" + path, Host: []string{"{{host}}"}, Path: strings.Split(path, "/")}
	for _, node := range items(at(o.node, "parameters")) {
		switch p := o.parameter(node); p.in {
		case "path":
			u.Variable = append(u.Variable, p.pair)
		case "query":
			p.Disabled = true
			u.Query = append(u.Query, p.pair)
		}
	}
	return u
}

// fillBody sets the body to the example of the first media type that has all fields of overrides, whose values replace
// those of the example; null removes a field.
func (o operation) fillBody(call *call, overrides *yaml.Node) error {
	for mediaType, content := range fields(at(o.node, "requestBody", "content")) {
		if !o.hasFields(content, overrides) {
			continue
		}
		example := merge(at(content, "example"), overrides)
		if mediaType != "application/json" {
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
		call.Header = append(call.Header, pair{Key: "Content-Type", Value: mediaType})
		call.Body = &body{Mode: "raw", Raw: indented.String(), Options: &options{}}
		call.Body.Options.Raw.Language = "json"
		return nil
	}
	return nil
}

// hasFields reports whether the schema of a body has all the given fields. JSON, for example, has no files.
func (o operation) hasFields(content, given *yaml.Node) bool {
	properties := at(o.resolve(at(content, "schema")), "properties")
	for name := range fields(given) {
		if at(properties, name) == nil {
			return false
		}
	}
	return true
}

// merge returns the example with the fields of overrides, without those that are null.
func merge(example, overrides *yaml.Node) *yaml.Node {
	merged := &yaml.Node{Kind: yaml.MappingNode}
	for name, value := range fields(example) {
		if other := at(overrides, name); other != nil {
			value = other
		}
		merged.Content = append(merged.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
	}
	for name, value := range fields(overrides) {
		if at(example, name) == nil {
			merged.Content = append(merged.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
		}
	}
	notNull := merged.Content[:0]
	for i := 0; i < len(merged.Content); i += 2 {
		if merged.Content[i+1].Tag != "!!null" {
			notNull = append(notNull, merged.Content[i], merged.Content[i+1])
		}
	}
	merged.Content = notNull
	return merged
}

// form returns an example as the fields of a multipart form. The value of a file is its name after an @, as for curl.
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

// documented returns a test that the answer is a documented one.
func (o operation) documented() []string {
	var codes []string
	for code := range fields(at(o.node, "responses")) {
		codes = append(codes, code)
	}
	return []string{fmt.Sprintf(`pm.test("the answer is a documented one", () => pm.expect([%s]).to.include(pm.response.code));`, strings.Join(codes, ", "))}
}

// succeeds returns a test that the operation succeeds.
func (o operation) succeeds() []string {
	return []string{`pm.test("it succeeds", () => pm.expect(pm.response.code).to.equal(200));`}
}

// answers returns the documented answers with a JSON body.
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
