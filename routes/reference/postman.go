package reference

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Postman makes a Postman collection (format 2.1.0) of an OpenAPI 3.1 document: a folder for each tag, requests filled
// with the examples, the documented answers as saved ones. Variables are host and token; signing in stores the token,
// which is sent from then on. A first folder holds the walk of the extension x-first-order, whose requests must
// succeed; those of the other folders must get a documented answer.
func Postman(document []byte) ([]byte, error) {
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	d := specification{root}
	c := collection{
		Info: info{
			Name:        text(d.at("info", "title")),
			Description: text(d.at("info", "summary")),
			Schema:      "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
		},
		Auth:     bearer("token"),
		Variable: []pair{{Key: "host", Value: "http://127.0.0.1:8090"}, {Key: "token"}},
	}
	operations := d.operations()
	walk := folder{Name: "From zero to the first order"}
	for _, step := range items(d.at("x-first-order")) {
		id := text(at(step, "operation"))
		found, ok := operations.find(id)
		if !ok {
			return nil, fmt.Errorf("x-first-order: there is no operation %q", id)
		}
		request, err := found.step(step)
		if err != nil {
			return nil, err
		}
		walk.Item = append(walk.Item, request)
	}
	c.Item = append(c.Item, walk)
	for _, tag := range items(d.at("tags")) {
		f := folder{Name: text(at(tag, "name")), Description: text(at(tag, "description"))}
		for _, o := range operations {
			if text(at(o.node, "tags", 0)) != f.Name {
				continue
			}
			request, err := o.request()
			if err != nil {
				return nil, err
			}
			f.Item = append(f.Item, request)
		}
		c.Item = append(c.Item, f)
	}
	var out bytes.Buffer
	err = encode(&out, c)
	return out.Bytes(), err
}

// The collection format, as far as it is used.
type (
	collection struct {
		Info     info     `json:"info"`
		Auth     *auth    `json:"auth"`
		Variable []pair   `json:"variable"`
		Item     []folder `json:"item"`
	}
	info struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Schema      string `json:"schema"`
	}
	folder struct {
		Name        string    `json:"name"`
		Description string    `json:"description,omitempty"`
		Item        []request `json:"item"`
	}
	request struct {
		Name     string   `json:"name"`
		Event    []event  `json:"event"`
		Request  call     `json:"request"`
		Response []answer `json:"response"`
	}
	event struct {
		Listen string `json:"listen"`
		Script script `json:"script"`
	}
	script struct {
		Type string   `json:"type"`
		Exec []string `json:"exec"`
	}
	call struct {
		Method      string `json:"method"`
		Auth        *auth  `json:"auth,omitempty"`
		Header      []pair `json:"header"`
		URL         url    `json:"url"`
		Body        *body  `json:"body,omitempty"`
		Description string `json:"description,omitempty"`
	}
	auth struct {
		Type   string `json:"type"`
		Bearer []pair `json:"bearer,omitempty"`
	}
	url struct {
		Raw      string   `json:"raw"`
		Host     []string `json:"host"`
		Path     []string `json:"path"`
		Query    []pair   `json:"query,omitempty"`
		Variable []pair   `json:"variable,omitempty"`
	}
	body struct {
		Mode    string   `json:"mode"`
		Raw     string   `json:"raw,omitempty"`
		Form    []pair   `json:"formdata,omitempty"`
		Options *options `json:"options,omitempty"`
	}
	options struct {
		Raw struct {
			Language string `json:"language"`
		} `json:"raw"`
	}
	answer struct {
		Name   string `json:"name"`
		Code   int    `json:"code"`
		Header []pair `json:"header"`
		Body   string `json:"body"`
	}
	pair struct {
		Key         string `json:"key"`
		Value       string `json:"value"`
		Type        string `json:"type,omitempty"`
		Source      string `json:"src,omitempty"`
		Description string `json:"description,omitempty"`
		Disabled    bool   `json:"disabled,omitempty"`
	}
)

// bearer sends the token that a variable holds.
func bearer(variable string) *auth {
	return &auth{Type: "bearer", Bearer: []pair{{Key: "token", Value: "{{" + variable + "}}", Type: "string"}}}
}

// at follows keys and list indexes from a node; nil where they lead nowhere.
func at(node *yaml.Node, steps ...any) *yaml.Node {
	for _, step := range steps {
		if node == nil {
			return nil
		}
		var next *yaml.Node
		switch step := step.(type) {
		case string:
			for i := 0; node.Kind == yaml.MappingNode && i < len(node.Content); i += 2 {
				if node.Content[i].Value == step {
					next = node.Content[i+1]
				}
			}
		case int:
			if node.Kind == yaml.SequenceNode && step < len(node.Content) {
				next = node.Content[step]
			}
		}
		node = next
	}
	return node
}

// text is a scalar as it stands, "" for none.
func text(node *yaml.Node) string {
	if node == nil || node.Kind != yaml.ScalarNode {
		return ""
	}
	return node.Value
}

// items are a list's, none where there is no list.
func items(node *yaml.Node) []*yaml.Node {
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	return node.Content
}

// fields are a mapping's names and values, in their order.
func fields(node *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		if node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, node.Content[i+1]) {
				return
			}
		}
	}
}
