package resource

// Words are the contract's numbers of what moderators read as words: the first word is 1.
type Words []string

// The enumerations of contract section 2.
var (
	Roles      = Words{"client", "performer"}
	Categories = Words{"streamer", "comedian"}
	Occasions  = Words{"birthday", "just", "advice", "congratulation"}
	Statuses   = Words{"new", "done", "cancelled", "reviewed"}
	MediaTypes = Words{"image", "video"}
)

// Number is the number of a word, 0 for one that is not there.
func (w Words) Number(word string) int {
	for i, known := range w {
		if known == word {
			return i + 1
		}
	}
	return 0
}

// Word is the word of a number, "" for one that is not there.
func (w Words) Word(number int) string {
	if number < 1 || number > len(w) {
		return ""
	}
	return w[number-1]
}
