// Package powercut tests that what privet acknowledges survives a power cut.
//
// The server runs under strace, which records what it writes to its data folder, what it syncs, and the moment at which
// each answer and each push leaves. From the record the test builds the disk as it would be after a cut at any moment:
// of each file what was written before its last sync began, and only those names that a sync of their folder covers. In
// a second form of each cut the disk has kept a part of the rest as well, in any order, as disks do. The server
// is started on each of these disks, and asked for everything that it had acknowledged by then:
//
//	go test ./routes/powercut
//	go test ./routes/powercut -cuts 20
//
// Where file systems can be mounted (Linux, as root), TestFileSystem cuts a real ext4 as well.
//
//	trace_test.go    reads what strace has recorded
//	disk_test.go     the disk that a cut leaves
//	load_test.go ledger_test.go   the clients, and what they were told
//	check_test.go    asks a server for it
//	cuts_test.go     the tests
//	errors_test.go   a disk that reports errors
package powercut
