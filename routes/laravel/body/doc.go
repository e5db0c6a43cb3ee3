// Package body parses the body of an HTTP request as PHP 8.2 and Laravel 10 do: a JSON text as json_decode($body,
// true) does, an urlencoded form as PHP fills $_POST, a multipart form as it fills $_POST and $_FILES. Query
// strings, which PHP parses like urlencoded forms, are parsed here too.
//
// Clients were built against PHP, so its oddities are part of the contract (section 1): names such as a[b][]=c
// become nested arrays, "a.b" becomes "a_b", later values replace earlier ones, variables beyond the thousandth are
// ignored. The sources are main/php_variables.c, main/rfc1867.c and ext/json of PHP 8.2. One difference is on
// purpose: a JSON or multipart body that can't be parsed is an error here, not an empty input.
//
// Memory is bounded by Options.MaxFields: the content of files is streamed to the caller, and never held in memory.
package body
