// Package benchmark compares privet with its alternatives, on the same machine and data, in one run:
//
//	ours    the program itself, built from main.go
//	native  unmodified PocketBase with the same tables, queried through its own API
//	bare    net/http with hand-written, prepared SQL on the same driver, answering with the same JSON
//
// Each is a separate process. A round gives each server a short slice in turn, so that other activity on the machine
// affects all alike. Only the ratios within one run are meaningful; they are printed first.
//
//	go test -run xxx -bench . -benchtime 3s ./routes/benchmark
//	go test -run xxx -bench /user_search -benchtime 12s ./routes/benchmark -profile $PWD/profiles
//	go test -run xxx -bench . -benchtime 12s -timeout 1h ./routes/benchmark -grow 1000000
//
// -benchtime is the time per workload, for all servers together, including pauses between slices. The other flags:
//
//	-users N, -orders N     size of the data; by default 100,000 users and twice as many orders
//	-grow N                 adds a fourth server, ours with N users and 2·N orders, to show how costs grow with the data
//	-profile FOLDER         saves CPU and allocation profiles of the servers for each workload, for go tool pprof
//	-slice D                duration of a server's slice
//	-native-connections N   database connections of native PocketBase; 0 means its default
//	-bare-open              makes the bare server skip the lookup of the token
//	-smoke                  makes plain tests try each workload once, as .ci/run does
//
// The data is generated once for each size and schema, in the folder privet-benchmark of the user's cache folder,
// which may be deleted at any time. Each run works on copies in the temporary folder. It requires Unix and the go
// command.
//
//	seed_test.go texts_test.go     the data
//	servers_test.go probe_test.go  the server processes and their own measurements
//	native_test.go bare_test.go bare_orders_test.go bare_json_test.go   the other two servers
//	suite_test.go compare_test.go  the workloads; the check that ours and bare give equal answers
//	client_test.go load_test.go    cheap HTTP clients, slices, and the sums of their measurements
//	table_test.go bench_test.go    the tables, and the entry points
//	desk_test.go desk_pages_test.go desk_seed_test.go   -bench Desk: how long each page of the desk takes, on ours alone
package benchmark
