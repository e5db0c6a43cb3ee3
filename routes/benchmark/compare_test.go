package benchmark

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// answersCompared is the number of compared answers per workload.
const answersCompared = 5

// compareAnswers sends the first requests of each workload and returns an error if the JSON of ours and of bare
// differs. Native's JSON has its own format, but its lists must have the same total. It is called before any load,
// while the servers' data is equal.
func compareAnswers(ours, native, bare *server, workloads []workload) error {
	for _, w := range workloads {
		oursRequests, bareRequests, nativeRequests := w.requests(ours), w.requests(bare), w.requests(native)
		for n := range answersCompared {
			a, errA := answerTo(ours, oursRequests[n])
			c, errC := answerTo(bare, bareRequests[n])
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
			b, err := answerTo(native, nativeRequests[n])
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

// answerTo sends a request and returns the answer's JSON without what differs from answer to answer: a token, the time
// of a creation.
func answerTo(s *server, request []byte) (answer map[string]any, err error) {
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
