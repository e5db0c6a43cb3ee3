package desk

import (
	"encoding/json"
	"fmt"
)

// Choices scans PocketBase's multiple select, a JSON array of words.
type Choices []string

// Scan implements sql.Scanner.
func (c *Choices) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("store: choices are a %T", value)
	}
	*c = nil
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), (*[]string)(c))
}
