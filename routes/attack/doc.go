// Package attack measures what a hostile client costs everybody else. Each attack runs for a few seconds against a
// server of its own, the real binary with its default rate limits on a copy of the same data, while a bystander
// creates orders, signs in and views profiles at a fixed pace:
//
//	go test -run xxx -bench Attack ./routes/attack
//	go test -run xxx -bench 'Attack/files' ./routes/attack -length 10s -all
//
// The table has, for each attack, how long the bystander's requests took at their 90th percentile, against the
// seconds before the attack on the same server; the longest sign-in; the server's CPU time for each of the attacker's
// requests; the most memory that it had resident; and the answers that the attacker got. An attack is withstood when orders and views take at
// most 5 times as long as before, no sign-in takes over 3 seconds, no request of the bystander is refused, and the
// server stays below 200 MB. On a machine that does other work besides, only the last two are certain.
//
// The attackers are a process of their own with less priority, since at home they would not use the server's CPU.
// Attackers and bystander have addresses of their own in 127.0.0.0/8, which Linux has all of; where an attack needs
// IPv6, it sends X-Forwarded-For, which the server trusts from the loopback interface.
//
//	bench_test.go       the benchmark, and a test that each attack works, which runs with -attacks alone
//	server_test.go seed_test.go   the server's process and its data
//	bystander_test.go table_test.go   who is measured, and the table
//	attacker_test.go    the attackers' process, and how it sends requests
//	suite_test.go       the list of attacks; the other files have one kind each
//	disk_linux_test.go  the attack on the disk, which is a benchmark of its own: -bench Disk, as root
package attack
