package php

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// answer is one line of a golden table: a value and what Laravel said to it.
type answer[T any] struct {
	value  string
	wanted T
}

func (a *answer[T]) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&a.value, &a.wanted})
}

// fuzz holds the answers of a real Laravel validator to generated values.
type fuzz struct {
	Email     []answer[bool]     `json:"email"`
	Date      []answer[[]string] `json:"date_and_format"`
	Numeric0  []answer[[]string] `json:"numeric_min0_max999999999"`
	Numeric1  []answer[[]string] `json:"numeric_min1_max5"`
	IntegerIn []answer[[]string] `json:"integer_in_1_2"`
	In        []answer[bool]     `json:"in_1_2"`
	Integer   []answer[bool]     `json:"integer"`
	Trim      []answer[string]   `json:"trim_codepoints"`
	Required  []answer[string]   `json:"required_only_that_codepoint_untrimmed"`
	FloatJSON []answer[string]   `json:"float_json"`
}

// requests holds the answers of a real Laravel to requests, one field of each.
type requests struct {
	Email []answer[[]string] `json:"email"`
	Date  []answer[[]string] `json:"date_and_format"`
	Price []answer[[]string] `json:"price_min0_max999999999"`
}

func golden[T any](t *testing.T, name string) (table T) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	return table
}

// replay compares what got says of every value of a golden table with Laravel.
func replay[T any](t *testing.T, table []answer[T], equal func(a, b T) bool, got func(string) T) {
	t.Helper()
	if len(table) == 0 {
		t.Fatal("empty table")
	}
	for _, a := range table {
		if g := got(a.value); !equal(g, a.wanted) {
			t.Errorf("%q: got %v, Laravel says %v", a.value, g, a.wanted)
		}
	}
}

func same[T comparable](a, b T) bool { return a == b }

// sized gives the messages of `numeric, min, max` for a value of field f.
func sized(low, high int64) func(string) []string {
	return func(s string) []string {
		if Blank(s) {
			return nil
		}
		var failed []string
		against := func(bound int64) (int, error) {
			if !Numeric(s) {
				return Length(s) - int(bound), nil
			}
			return Compare(s, bound)
		}
		if !Numeric(s) {
			failed = append(failed, "The f field must be a number.")
		}
		atLeast, err := against(low)
		if err == ErrRange {
			return []string{`__exception: Illuminate\Support\Exceptions\MathException`}
		}
		if atLeast < 0 {
			failed = append(failed, "The f field must be at least "+strconv.FormatInt(low, 10)+".")
		}
		if atMost, _ := against(high); atMost > 0 {
			failed = append(failed, "The f field must not be greater than "+strconv.FormatInt(high, 10)+".")
		}
		return failed
	}
}

func inOneTwo(s string) bool { return Blank(s) || EqualsInt(s, 1) || EqualsInt(s, 2) }

func TestFuzzTables(t *testing.T) {
	table := golden[fuzz](t, "fuzz.json")
	t.Run("email", func(t *testing.T) {
		replay(t, table.Email, same, func(s string) bool { return Blank(s) || Email(s) })
	})
	t.Run("date", func(t *testing.T) {
		replay(t, table.Date, slices.Equal, func(s string) (failed []string) {
			if !Date(s) {
				failed = append(failed, "date")
			}
			if !DateFormat(s) {
				failed = append(failed, "format")
			}
			return failed
		})
	})
	t.Run("numeric", func(t *testing.T) {
		replay(t, table.Numeric0, slices.Equal, sized(0, 999999999))
		replay(t, table.Numeric1, slices.Equal, sized(1, 5))
	})
	t.Run("integer", func(t *testing.T) {
		replay(t, table.Integer, same, func(s string) bool { return Blank(s) || Integer(s) })
		replay(t, table.In, same, inOneTwo)
		replay(t, table.IntegerIn, slices.Equal, func(s string) (failed []string) {
			if !Blank(s) && !Integer(s) {
				failed = append(failed, "The f field must be an integer.")
			}
			if !inOneTwo(s) {
				failed = append(failed, "The selected f is invalid.")
			}
			return failed
		})
	})
	t.Run("trim", func(t *testing.T) {
		replay(t, table.Trim, same, func(codepoint string) string {
			c := character(t, codepoint)
			switch Trim(c + "a" + c + "b" + c) {
			case "a" + c + "b":
				return "trimmed"
			case c + "a" + c + "b" + c:
				return "kept"
			}
			return "half"
		})
		replay(t, table.Required, same, func(codepoint string) string {
			if Blank(character(t, codepoint)) {
				return "fails required"
			}
			return "passes required"
		})
	})
	t.Run("float", func(t *testing.T) {
		replay(t, table.FloatJSON, same, func(hex string) string {
			bits, err := strconv.ParseUint(hex, 16, 64)
			if err != nil {
				t.Fatal(err)
			}
			return FormatFloat(math.Float64frombits(bits))
		})
	})
}

// character returns the character of a name such as U+00A0.
func character(t *testing.T, name string) string {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimPrefix(name, "U+"), 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	return string(rune(n))
}

func TestRequests(t *testing.T) {
	table := golden[requests](t, "laravel.json")
	// required gives the messages of a required field: that it is missing, or
	// those of the checks.
	required := func(field string, checks func(s string) []string) func(string) []string {
		return func(s string) []string {
			if s = Trim(s); Blank(s) {
				return []string{"The " + field + " field is required."}
			}
			return checks(s)
		}
	}
	t.Run("email", func(t *testing.T) {
		replay(t, table.Email, slices.Equal, required("email", func(s string) []string {
			if !Email(s) {
				return []string{"The email field must be a valid email address."}
			}
			return nil
		}))
	})
	t.Run("date", func(t *testing.T) {
		replay(t, table.Date, slices.Equal, required("date till", func(s string) (failed []string) {
			if !Date(s) {
				failed = append(failed, "The date till field must be a valid date.")
			}
			if !DateFormat(s) {
				failed = append(failed, "The date till field must match the format Y-m-d H:i:s.")
			}
			return failed
		}))
	})
	t.Run("price", func(t *testing.T) {
		replay(t, table.Price, slices.Equal, func(s string) []string {
			failed := sized(0, 999999999)(Trim(s))
			for i := range failed {
				failed[i] = strings.Replace(failed[i], " f ", " price ", 1)
			}
			return failed
		})
	})
}
