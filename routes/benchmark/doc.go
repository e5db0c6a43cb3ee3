// Package benchmark measures privet against what one would have instead, on the same machine and data, in one run:
//
//	ours    the program itself, as main.go makes it
//	native  PocketBase as it is downloaded, on the same tables, asked by its own API
//	bare    net/http with hand-written, prepared SQL on the same driver, giving the same JSON
//
// Each is a process of its own, and a round gives each a short slice in turn, so that whatever the machine does
// besides hits all alike. Only ratios of one run mean something; they come first.
//
//	go test -run xxx -bench . -benchtime 3s ./routes/benchmark
//	go test -run xxx -bench /user_search -benchtime 12s ./routes/benchmark -profile $PWD/profiles
//	go test -run xxx -bench . -benchtime 12s -timeout 1h ./routes/benchmark -grow 1000000
//
// -benchtime is the time that each work takes, all servers and the pauses between slices together. The other flags:
//
//	-users N, -orders N     size of the data: 100,000 users and twice as many orders
//	-grow N                 adds a fourth server: ours with N users, 2·N orders, for how costs grow with the data
//	-profile FOLDER         keeps CPU and allocation profiles of the servers under each work, for go tool pprof
//	-slice D                how long one server is asked before the next has its turn
//	-native-connections N   database connections of native PocketBase; 0 leaves its own default
//	-bare-open              lets the bare server answer without looking the token up
//
// The data is made once for each size and kept in the user's cache folder, privet-benchmark, which may be
// deleted at any time; another schema makes it anew. Each run works on copies in the temporary folder. It needs a Unix
// and the go command.
//
//	seed_test.go words_test.go     the data, and who is asked for what
//	servers_test.go probe_test.go  the processes, and what they tell of themselves
//	native_test.go bare_test.go bare_orders_test.go bare_json_test.go   the two others
//	works_test.go same_test.go     what is asked; that ours and bare answer the same
//	client_test.go load_test.go    clients that cost little, slices and what they add up to
//	table_test.go bench_test.go    the tables, and the way in
package benchmark
