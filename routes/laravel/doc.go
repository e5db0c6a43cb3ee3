// Package laravel reads the input of an HTTP request as a Laravel 10 API does, validates it by Laravel's rules and
// stores it in a Go struct.
//
// The input of a route is a struct whose tags hold the rules, as Laravel writes them:
//
//	type signup struct {
//		Email      string                `in:"email" rules:"required|email|unique"`
//		Phone      laravel.Field[string] `in:"phone" rules:"nullable|string|max:255"`
//		Categories laravel.Field[[]int]  `in:"category_ids" rules:"nullable|array" each:"integer|in:1,2"`
//		Media      *laravel.File         `in:"media" rules:"required|file|max:599999|media"`
//	}
//
//	var signupInput = laravel.MustCompile[signup]()
//
//	in, err := signupInput.Read(req, laravel.Options{Checks: …, Sink: …})
//
// Read parses query and body (JSON, urlencoded form, streamed multipart; package body), trims, validates and binds.
// Its errors are *[Invalid] (the input breaks a rule), *[body.Malformed] (the body can't be parsed, or is not UTF-8),
// [body.ErrTooLarge], [body.ErrEncoding], or an error of a check or of the sink, which is the server's fault. The
// caller turns them into answers.
//
// Sources of the behaviour: the project's contract, section 1; Laravel 10 (Illuminate\Validation\Validator,
// ValidatesAttributes, ValidationData, the TransformsRequest middlewares). Single values are checked and converted
// by package php. Differences on purpose: a body that can't be parsed is an error; text that is not UTF-8, which
// only forms and queries can hold, is one too, once all rules have passed (passwords are bytes); numbers on which
// Laravel fails with a 500 (1e1001, infinity) are invalid; an answer holds about a thousand messages on items of arrays
// at most.
package laravel
