// Package resource encodes the answers of the contract as JSON: its resources, its pages of them, and its errors.
package resource
