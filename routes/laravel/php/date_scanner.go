package php

import (
	"regexp/syntax"
	"strings"
	"sync"
)

// scanner splits a date into tokens as the scanner does that re2c generates from
// timelib's parse_date.re: at each position the rule with the longest match wins,
// of several the first. It is a nondeterministic finite automaton over bytes that
// runs all rules at once (Thompson's construction).
//
// It is written by hand for three reasons. No Go library reads dates as strtotime
// does, whose verdict is the contract. Package regexp cannot report the longest
// match over 50 alternatives together with the alternative that won; asking them
// one by one would cost 50 runs per token. And the rules can thus be copied from
// timelib as they are (date_grammar.go), so that one can compare them line by
// line: only the syntax of regular expressions (regexp/syntax) is needed, and it
// is compiled at run time, once. The work is linear in the length of the date.
type scanner struct {
	states []state
	// first holds, by byte, the states in which a token may begin with it.
	first [256][]int32
}

// state is one place in a rule that consumes a byte.
type state struct {
	accepts byteSet // the bytes it may be
	next    []int32 // the states that may consume the byte behind it
	ends    int     // the rule that is matched behind the byte, or -1
}

// byteSet is a set of bytes.
type byteSet [4]uint64

func (b *byteSet) add(c byte)      { b[c>>6] |= 1 << (c & 63) }
func (b *byteSet) has(c byte) bool { return b[c>>6]&(1<<(c&63)) != 0 }

// newScanner compiles patterns, in their order of precedence.
func newScanner(patterns []string) *scanner {
	sc := &scanner{}
	var start []int32
	for rule, pattern := range patterns {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			panic(err) // the patterns are constants, and a test compiles them
		}
		prog, err := syntax.Compile(re.Simplify())
		if err != nil {
			panic(err)
		}
		start = append(start, sc.add(prog, rule)...)
	}
	for _, q := range start {
		for c := range sc.first {
			if sc.states[q].accepts.has(byte(c)) {
				sc.first[c] = append(sc.first[c], q)
			}
		}
	}
	return sc
}

// add appends the states of one rule and returns those in which it may begin.
func (sc *scanner) add(prog *syntax.Prog, rule int) []int32 {
	ids := map[int]int32{} // instruction to state
	for pc := range prog.Inst {
		switch inst := &prog.Inst[pc]; inst.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			st := state{ends: -1}
			for c := range rune(256) {
				if inst.MatchRune(c) {
					st.accepts.add(byte(c))
				}
			}
			ids[pc] = int32(len(sc.states))
			sc.states = append(sc.states, st)
		}
	}
	for pc, id := range ids {
		next, ends := closure(prog, ids, int(prog.Inst[pc].Out))
		sc.states[id].next = next
		if ends {
			sc.states[id].ends = rule
		}
	}
	begin, _ := closure(prog, ids, prog.Start)
	return begin
}

// closure returns the states reachable from an instruction without consuming a
// byte, and whether the end of the rule is reachable so.
func closure(prog *syntax.Prog, ids map[int]int32, pc int) (states []int32, ends bool) {
	seen := map[int]bool{}
	var walk func(pc int)
	walk = func(pc int) {
		if seen[pc] {
			return
		}
		seen[pc] = true
		inst := &prog.Inst[pc]
		switch inst.Op {
		case syntax.InstMatch:
			ends = true
		case syntax.InstAlt, syntax.InstAltMatch:
			walk(int(inst.Out))
			walk(int(inst.Arg))
		case syntax.InstCapture, syntax.InstNop:
			walk(int(inst.Out))
		default:
			if id, ok := ids[pc]; ok {
				states = append(states, id)
			}
		}
	}
	walk(pc)
	return states, ends
}

// scan is one run of a scanner over an input.
type scan struct {
	*scanner
	input string
	seen  []int // by state: the step in which it was last added
	step  int
	now   []int32 // the states that consume the current byte
	then  []int32 // those that consume the next one
}

// token returns the rule and the end of the token at position from. The end may
// be one behind the input, which is terminated by a NUL as in C. The rule is -1
// when none matches.
func (s *scan) token(from int) (rule, end int) {
	rule, end = -1, from
	s.now = append(s.now[:0], s.first[s.at(from)]...)
	for pos := from; len(s.now) > 0 && pos <= len(s.input); pos++ {
		s.step++
		s.then = s.then[:0]
		following := s.at(pos + 1)
		found := -1
		for _, q := range s.now {
			st := &s.states[q]
			if st.ends >= 0 && (found < 0 || st.ends < found) {
				found = st.ends
			}
			for _, n := range st.next {
				if s.seen[n] != s.step && s.states[n].accepts.has(following) {
					s.seen[n] = s.step
					s.then = append(s.then, n)
				}
			}
		}
		if found >= 0 {
			rule, end = found, pos+1
		}
		s.now, s.then = s.then, s.now
	}
	return rule, end
}

func (s *scan) at(pos int) byte {
	if pos < len(s.input) {
		return s.input[pos]
	}
	return 0
}

// dateScanner returns the scanner of dateRules, which the first call compiles.
var dateScanner = sync.OnceValue(func() *scanner {
	var names []string // <name>, definition, <name>, definition ...
	for _, d := range dateDefinitions {
		pattern := strings.NewReplacer(names...).Replace(d.pattern)
		names = append(names, "<"+d.name+">", "(?:"+pattern+")")
	}
	definitions := strings.NewReplacer(names...)
	patterns := make([]string, len(dateRules))
	for i, r := range dateRules {
		patterns[i] = definitions.Replace(r.pattern)
	}
	return newScanner(patterns)
})
