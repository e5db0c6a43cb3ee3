// Package e2e holds tests only, of privet as a whole: the process and its end, uploads of full size, races between
// requests, answers behind nginx and at OkHttp, an order from beginning to end, the commands of README and documents, and the rules
// about which package may import which.
package e2e
