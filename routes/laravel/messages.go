package laravel

import (
	"strconv"
	"strings"
	"unicode"
)

// messages are Laravel 10's English messages by rule. The rules media and max_bytes are this API's own (contract,
// section 1); their messages follow those of Laravel's mimes and max. That of required_unless is the route's: Laravel's own
// would tell of the field that it looks at.
var messages = map[string]string{
	"array":                "The :attribute field must be an array.",
	"date":                 "The :attribute field must be a valid date.",
	"date_format":          "The :attribute field must match the format :param.",
	"email":                "The :attribute field must be a valid email address.",
	"exists":               "The selected :attribute is invalid.",
	"file":                 "The :attribute field must be a file.",
	"in":                   "The selected :attribute is invalid.",
	"integer":              "The :attribute field must be an integer.",
	"max_bytes":            "The :attribute field must not be greater than :param characters.",
	"media":                "The :attribute field must be a file of type: image, video.",
	"numeric":              "The :attribute field must be a number.",
	"required":             "The :attribute field is required.",
	"required_without_all": "The :attribute field is required when none of :param are present.",
	"required_unless":      "The :attribute field is required.",
	"same":                 "The :attribute field must match :param.",
	"string":               "The :attribute field must be a string.",
	"unique":               "The :attribute has already been taken.",
}

// sizeMessages are the messages of the rules min, max and size, by what is measured.
var sizeMessages = map[string]map[sizeKind]string{
	"max": {
		ofArray:  "The :attribute field must not have more than :param items.",
		ofFile:   "The :attribute field must not be greater than :param kilobytes.",
		ofNumber: "The :attribute field must not be greater than :param.",
		ofText:   "The :attribute field must not be greater than :param characters.",
	},
	"min": {
		ofArray:  "The :attribute field must have at least :param items.",
		ofFile:   "The :attribute field must be at least :param kilobytes.",
		ofNumber: "The :attribute field must be at least :param.",
		ofText:   "The :attribute field must be at least :param characters.",
	},
	"size": {
		ofArray:  "The :attribute field must contain :param items.",
		ofFile:   "The :attribute field must be :param kilobytes.",
		ofNumber: "The :attribute field must be :param.",
		ofText:   "The :attribute field must be :param characters.",
	},
}

// message returns the message of a rule that a value broke.
func message(r *rule, a *attribute) string {
	text := messages[r.name]
	if sizes := sizeMessages[r.name]; sizes != nil {
		text = sizes[a.sizeKind()]
	}
	param := r.param
	switch r.name {
	case "min", "max", "size":
		param = strconv.FormatInt(r.bound, 10)
	case "required_without_all":
		names := strings.Split(param, ",")
		for i, name := range names {
			names[i] = displayName(name)
		}
		param = strings.Join(names, " / ")
	case "same":
		param = displayName(param)
	}
	return strings.NewReplacer(":attribute", a.display, ":param", param).Replace(text)
}

// displayName returns a field's name as messages show it: performer_id → performer id
// (Validator::getDisplayableAttribute).
func displayName(name string) string {
	return strings.ReplaceAll(snake(name), "_", " ")
}

// snake is Laravel's Str::snake. It changes only names that a client makes up, such as category_ids[a.B c].
func snake(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) < 0 {
		return s
	}
	var out strings.Builder
	wordStart := true
	for _, r := range s {
		if unicode.IsSpace(r) {
			wordStart = r <= ' '
			continue
		}
		if wordStart && r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		wordStart = false
		if r >= 'A' && r <= 'Z' && out.Len() > 0 {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}
