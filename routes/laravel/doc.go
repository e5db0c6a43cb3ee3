// Package input reads an HTTP request as a Laravel 10 API does, validates it by Laravel's rules and fills a Go struct.
//
// A route's input is one struct, its rules stand beside it as tags, written as Laravel writes them:
//
//	type signup struct {
//		Email      string              `in:"email" rules:"required|email|unique"`
//		Phone      input.Field[string] `in:"phone" rules:"nullable|string|max:255"`
//		Categories input.Field[[]int]  `in:"category_ids" rules:"nullable|array" each:"integer|in:1,2"`
//		Media      *input.File         `in:"media" rules:"required|file|max:599999|media"`
//	}
//
//	var signupInput = input.Of[signup]() // once, at start; panics when a tag is wrong
//
//	in, err := signupInput.Read(req, input.Options{Checks: …, Sink: …})
//
// Read does it all in one call: it reads query and body (JSON, urlencoded form, streamed multipart), trims, validates and
// binds. What can go wrong is one of *[Invalid] (the rules), *[Malformed] (JSON or multipart that can't be parsed),
// [ErrTooLarge], or an error of a check or the sink, which is the server's fault. Turning these into answers is the caller's.
//
// The way of a request through the files:
//
//	read.go       which reader the content type asks for, limits, the order of steps
//	json.go       JSON as PHP's json_decode takes it; jsonstring.go: its strings
//	form.go       names and values of query and forms as PHP takes them: a[b][]=c
//	multipart.go  multipart/form-data, part by part; disposition.go: its headers
//	upload.go     one file part: sniffed (sniff.go), then streamed into the sink (file.go)
//	trim.go       TrimStrings and ConvertEmptyStringsToNull
//	validate.go   the flow of Laravel's Validator; predicates.go and size.go: its rules; messages.go: its words
//	bind.go       from PHP's values to the struct
//
// array.go is PHP's ordered array, rules.go compiles the tags, invalid.go and malformed.go are the errors. The formats of
// single values (e-mail, date, number) are package value's.
//
// Sources of the behaviour: the project's contract, section 1; Laravel 10 (Illuminate\Validation\Validator,
// ValidatesAttributes, ValidationData, the TransformsRequest middlewares); PHP 8.2 (main/php_variables.c, main/rfc1867.c,
// ext/json). Where it differs from them on purpose: broken JSON and multipart are errors, invalid UTF-8 becomes U+FFFD when
// bound, numbers that Laravel can't compare (1e1001, infinity) are no numbers, and of an array's items no more than
// a thousand messages are collected.
package laravel
