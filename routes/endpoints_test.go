package routes

// Endpoints lists the route table, "POST /api/v1/auth/login", to the tests.
func Endpoints() (all []string) {
	for _, point := range new(api).endpoints() {
		all = append(all, point.method+" "+Prefix+point.path)
	}
	return all
}
