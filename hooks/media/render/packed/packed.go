// Package packed holds the video engine's module as it lies in the binary, before anything unpacks it.
//
// The package codeberg.org/gruf/go-ffmpreg/embed unpacks 24 MB in its init, in every process that links it: 0.2 s and
// 80 MB at each start of the server and of each short command, none of which decodes a video. This package takes the
// packed bytes away first and leaves a gzip stream of nothing. It can: Go initialises packages in the order of their
// import paths as soon as their own imports are initialised, this one imports only unsafe, and embed must wait for
// compress/gzip. A test sees to it that this stays so.
package packed

import _ "unsafe" // for go:linkname

//go:linkname s codeberg.org/gruf/go-ffmpreg/embed.s
var s string

var module string

func init() {
	module = s
	s = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
}

// Module is ffmpeg as WebAssembly, gzipped.
func Module() string { return module }
