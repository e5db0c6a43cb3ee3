// Package value holds the checks a Laravel 10 validator on PHP 8.1+ (64 bit)
// makes of one value: e-mail addresses, dates, numbers, trimming, lengths, and
// the way PHP prints floats. Clients were built against that validator, so each
// function answers as PHP does, oddities included, rather than as a
// specification would have it (contract section 1; the answers of a real Laravel
// are in testdata).
//
// All functions are pure and safe for concurrent use. They take any string, also
// hostile ones: work and memory grow at most linearly with its length.
package php
