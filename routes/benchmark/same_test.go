package benchmark

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// compared is how many answers of each work are compared.
const compared = 5

// sameAnswers asks the servers each work's first questions and says where the JSON of ours and of bare differs.
// That of native is its own, but lists must have as many rows. It comes before any load, while their data is the same.
func sameAnswers(ours, native, bare *server, todo []work) error {
	for _, w := range todo {
		mine, theirs, natives := w.requests(ours), w.requests(bare), w.requests(native)
		for n := range compared {
			a, errA := answerOf(ours, mine[n])
			c, errC := answerOf(bare, theirs[n])
			if err := errors.Join(errA, errC); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if !reflect.DeepEqual(a, c) {
				return fmt.Errorf("%s: ours and bare differ in answer %d:\n%v\n%v", w.name, n, a, c)
			}
			meta, ok := a["meta"].(map[string]any)
			if !ok {
				continue
			}
			b, err := answerOf(native, natives[n])
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if meta["total"] != b["totalItems"] {
				return fmt.Errorf("%s: ours finds %v and native %v", w.name, meta["total"], b["totalItems"])
			}
		}
	}
	return nil
}

// answerOf asks once and reads the JSON, without what is new in each answer: a token, the time of a creation.
func answerOf(s *server, request []byte) (answer map[string]any, err error) {
	c, err := dial(s.address)
	if err != nil {
		return nil, err
	}
	defer c.conn.Close()
	body, err := c.do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	delete(answer, "token")
	if data, ok := answer["data"].(map[string]any); ok && data["client_id"] != nil {
		delete(data, "created_at")
		delete(data, "updated_at")
	}
	return answer, nil
}
