// Package packed holds the compressed WebAssembly module of ffmpeg as it is embedded in the binary.
//
// The package codeberg.org/gruf/go-ffmpreg/embed decompresses 24 MB in its init, in every process that links it: that
// costs 0.2 s and 80 MB at each start of the server and of each short command, none of which decodes a video. This
// package takes the compressed bytes from it first and leaves an empty gzip stream in their place. That works because Go
// initialises packages in the order of their import paths as soon as their own imports are initialised: this one
// imports only unsafe, and embed must wait for compress/gzip. Tests make sure that it stays so.
package packed

import _ "unsafe" // for go:linkname

//go:linkname s codeberg.org/gruf/go-ffmpreg/embed.s
var s string

var module string

func init() {
	module = s
	s = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
}

// Module returns ffmpeg as a gzipped WebAssembly module.
func Module() string { return module }
