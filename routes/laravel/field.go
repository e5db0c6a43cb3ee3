package laravel

// Field is an input of which the route wants to know whether it was given: {} leaves a phone as it is, {"phone":null}
// clears it.
type Field[T string | int | float64 | []int] struct {
	// Given tells whether the request names the field at all.
	Given bool
	// Null tells whether what it names is null or blank; Value is zero then.
	Null bool
	// Value is what was given.
	Value T
}

// optional is what all Field types have in common.
type optional interface {
	mark(given, null bool)
	target() any // a pointer to Value
}

func (f *Field[T]) mark(given, null bool) { f.Given, f.Null = given, null }

func (f *Field[T]) target() any { return &f.Value }
