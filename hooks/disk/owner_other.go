//go:build !unix

package disk

func describe(string) string { return "" }

func remedy(string, string) string { return "; let the user that privet runs as write to it" }
