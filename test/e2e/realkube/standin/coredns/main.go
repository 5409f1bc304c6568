// Stands in for coredns, which Debian does not have: it is healthy, ready and listens, and answers no query.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "OK") })
	for _, address := range []string{":8080", ":8181", ":9153"} { // health, ready, metrics
		go func(address string) { log.Fatal(http.ListenAndServe(address, ok)) }(address)
	}
	if _, err := net.ListenPacket("udp", ":53"); err != nil {
		log.Fatal(err)
	}
	if _, err := net.Listen("tcp", ":53"); err != nil {
		log.Fatal(err)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
}
