// Package reference converts the specification of the API from OpenAPI in YAML to other forms: JSON, for people and for generators
// of clients, HTML and a Postman collection.
package reference

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// JSON converts a YAML document to JSON with its keys in the same order. The error says where it is malformed.
func JSON(document []byte) ([]byte, error) {
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := write(&out, root); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// parse returns the root node of a YAML document.
func parse(document []byte) (*yaml.Node, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, err
	}
	if root.Kind != yaml.DocumentNode {
		return nil, fmt.Errorf("the document is empty")
	}
	return root.Content[0], nil
}

// write writes a node as JSON.
func write(out *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode:
		out.WriteByte('{')
		for i := 0; i < len(node.Content); i += 2 {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := encode(out, node.Content[i].Value); err != nil {
				return err
			}
			out.WriteByte(':')
			if err := write(out, node.Content[i+1]); err != nil {
				return err
			}
		}
		out.WriteByte('}')
	case yaml.SequenceNode:
		out.WriteByte('[')
		for i, item := range node.Content {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := write(out, item); err != nil {
				return err
			}
		}
		out.WriteByte(']')
	case yaml.ScalarNode:
		var value any
		if err := node.Decode(&value); err != nil {
			return err
		}
		return encode(out, value)
	default:
		return fmt.Errorf("line %d: aliases are not understood", node.Line)
	}
	return nil
}

// encode writes a value as JSON without the escapes that only HTML needs.
func encode(out *bytes.Buffer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the newline that Encode adds
	return nil
}
