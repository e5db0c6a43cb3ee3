package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	contract "github.com/privet/privet/routes/laravel/php"

	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	"github.com/pb33f/libopenapi/datamodel/high/base"
)

// withToken checks that a request has what its security scheme says. That it is valid is shown by the answer.
func withToken(_ context.Context, input *config.AuthenticationInput) error {
	found := input.Request.Header.Get("Authorization")
	if input.SecurityScheme.In == "query" {
		found = input.Request.URL.Query().Get(input.SecurityScheme.Name)
	}
	if found == "" {
		return errors.New("no token")
	}
	return nil
}

// contractKinds are the media types of bodies that the server reads (contract section 1, input).
var contractKinds = []string{"application/json", "multipart/form-data", "application/x-www-form-urlencoded"}

// request checks the parameters, the token and the body of a request that succeeded.
func (s *specification) request(request *http.Request, body []byte) error {
	asked := request.Clone(request.Context())
	asked.Body, asked.ContentLength = http.NoBody, 0
	asked.URL.RawQuery = contractQuery(request.URL.Query()).Encode()
	if ok, found := s.requests.ValidateHttpRequest(asked); !ok {
		return fmt.Errorf("the request: %w", joinErrors(found))
	}
	if len(body) == 0 {
		return nil // the fields may be in the query (contract section 1, input)
	}
	item, _ := s.find(request.URL.Path)
	kind, parameters, _ := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if strings.Contains(kind, "json") {
		kind = "application/json"
	}
	operation := item.GetOperations().GetOrZero(strings.ToLower(request.Method))
	if operation.RequestBody == nil {
		return nil // the server ignores it
	}
	listed := operation.RequestBody.Content.GetOrZero(kind)
	if listed == nil && !slices.Contains(contractKinds, kind) {
		return nil // the server ignores it
	}
	if listed == nil {
		return fmt.Errorf("the request's kind %q is not listed", kind)
	}
	fields, err := decode(kind, parameters["boundary"], body)
	if err != nil {
		return nil // PHP, and so the server, reads more than Go does
	}
	s.schemas.Lock()
	defer s.schemas.Unlock()
	schema := listed.Schema.Schema()
	if s.isContract {
		contractFields(fields, schema)
	}
	if ok, found := schema_validation.NewSchemaValidator().ValidateSchemaObject(schema, fields); !ok {
		return fmt.Errorf("the request %v: %w", fields, joinErrors(found))
	}
	return nil
}

// decode parses the fields of a body.
func decode(kind, boundary string, body []byte) (map[string]any, error) {
	fields := map[string]any{}
	add := func(name, value string) {
		base, _, isArray := strings.Cut(name, "[")
		if !isArray {
			fields[name] = value
			return
		}
		list, _ := fields[base+"[]"].([]any)
		fields[base+"[]"] = append(list, value)
	}
	switch kind {
	case "application/json":
		return fields, json.Unmarshal(body, &fields)
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		for name, all := range values {
			for _, value := range all {
				add(name, value)
			}
		}
		return fields, err
	}
	for parts := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			value = []byte("a file")
		}
		add(part.FormName(), string(value))
	}
}

// contractFields applies the contract's rules of input (section 1) to the fields: strings are trimmed, then blank ones
// become null, including those that only PHP's trim considers blank, for which Laravel skips the rules. Passwords are
// not trimmed; a blank one becomes null where null is allowed. A number may be given as a string or as true, and a
// list as an object, as in PHP.
func contractFields(fields map[string]any, schema *base.Schema) {
	if terms, isText := fields["terms"].(string); !isText || contract.Trim(terms) == "" || utf8.RuneCountInString(contract.Trim(terms)) > 64 {
		delete(fields, "terms") // it is ignored (contract section 3, additions)
	}
	for name, value := range fields {
		property := schema.Properties.GetOrZero(name)
		if property == nil {
			continue
		}
		if text, isText := value.(string); isText {
			trimmed, isPassword := strings.Trim(contract.Trim(text), "\x00\v"), strings.HasPrefix(name, "password")
			switch {
			case trimmed == "" && (!isPassword || slices.Contains(typesOf(property.Schema()), "null")):
				value = nil
			case !isPassword:
				value = trimmed
			}
		}
		if object, isObject := value.(map[string]any); isObject && property.Schema().Items != nil {
			value = slices.Collect(maps.Values(object))
		}
		if list, isList := value.([]any); isList && property.Schema().Items != nil {
			for i, item := range list {
				list[i] = contractNumber(item, property.Schema().Items.A.Schema())
			}
		}
		fields[name] = contractNumber(value, property.Schema())
	}
}

// typesOf returns the types that a schema allows, itself or by anyOf.
func typesOf(schema *base.Schema) []string {
	types := slices.Clone(schema.Type)
	for _, option := range schema.AnyOf {
		types = append(types, option.Schema().Type...)
	}
	return types
}

// contractNumber converts a value that PHP accepts as a number, where the schema has a number.
func contractNumber(value any, schema *base.Schema) any {
	if types := typesOf(schema); !slices.Contains(types, "integer") && !slices.Contains(types, "number") {
		return value
	}
	switch v := value.(type) {
	case float64: // of JSON, which PHP compares with 14 digits
		if number, err := strconv.ParseFloat(contract.CastFloat(v), 64); err == nil {
			return number
		}
	case bool:
		if v {
			return 1.0
		}
	case string:
		if number, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil {
			return number
		}
	}
	return value
}

// contractQuery removes the parameters that the contract treats as missing: blank ones, and a page that is no positive integer. The desk
// does so as well, or refuses them.
func contractQuery(query url.Values) url.Values {
	for name, values := range query {
		text := contract.Trim(strings.Join(values, ""))
		number, err := strconv.Atoi(text)
		query.Set(name, text)
		if text == "" || name == "page" && (err != nil || number < 1) {
			query.Del(name)
		}
	}
	return query
}
