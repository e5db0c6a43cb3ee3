// Package php checks and converts values as PHP 8.1+ (64 bit) and the validator
// of Laravel 10 do: e-mail addresses, dates, numbers, trimming, lengths, the way
// PHP prints floats, and PHP's ordered array. Clients were built against that
// validator, so each function answers as PHP does, oddities included, rather than
// as a specification would have it (contract section 1; the answers of a real
// Laravel are in testdata).
//
// All functions are pure and safe for concurrent use. They accept any string,
// also hostile ones: work and memory grow at most linearly with its length.
package php
