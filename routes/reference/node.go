package reference

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// specification is an OpenAPI document.
type specification struct{ root *yaml.Node }

// at returns the node at a path, resolved.
func (d specification) at(steps ...any) *yaml.Node { return d.resolve(at(d.root, steps...)) }

// resolve returns the node that a $ref refers to, which is in the same document, or the node itself if it is none.
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

// at returns the node at a path of mapping keys and sequence indexes; nil if there is none.
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

// text returns the text of a scalar, "" for any other node.
func text(node *yaml.Node) string {
	if node == nil || node.Kind != yaml.ScalarNode {
		return ""
	}
	return node.Value
}

// items returns the items of a sequence, none for any other node.
func items(node *yaml.Node) []*yaml.Node {
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	return node.Content
}

// fields iterates over the keys and values of a mapping in their order, over nothing for any other node.
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
