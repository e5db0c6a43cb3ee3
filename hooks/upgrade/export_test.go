package upgrade

// Made returns the names of all tables that migrations make.
func Made() (names []string) {
	for _, tables := range made {
		names = append(names, tables...)
	}
	return names
}
