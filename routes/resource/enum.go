package resource

// Enum numbers the words that the database and the dashboard use, from 1, as the contract does.
type Enum []string

// The enumerations of contract section 2.
var (
	Roles      = Enum{"client", "performer"}
	Categories = Enum{"streamer", "comedian"}
	Occasions  = Enum{"birthday", "just", "advice", "congratulation"}
	Statuses   = Enum{"new", "done", "cancelled", "reviewed"}
	Reasons    = Enum{"spam", "abuse", "fraud", "other"}
	MediaTypes = Enum{"image", "video"}
)

// Number returns the number of a word, 0 for an unknown one.
func (e Enum) Number(word string) int {
	for i, known := range e {
		if known == word {
			return i + 1
		}
	}
	return 0
}

// Word returns the word of a number, "" for an unknown one.
func (e Enum) Word(number int) string {
	if number < 1 || number > len(e) {
		return ""
	}
	return e[number-1]
}
