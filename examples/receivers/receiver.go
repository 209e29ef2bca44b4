// Receives signed webhooks and calls, with what Go 1.20 and newer have.
//
//	WEBHOOK_SECRETS=whsec_… PORT=8787 go run receiver.go
//
// WEBHOOK_SECRETS may hold several, with commas between: the new one and the old one, while one replaces the other.
// Where a secret comes from, how to start acceptd and what to submit is in the README.md beside this file.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	tolerance = 5 * time.Minute
	maxBytes  = 1024 * 1024
)

func keysOf(secrets string) [][]byte {
	var keys [][]byte
	for _, secret := range strings.Split(secrets, ",") {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(secret), "whsec_"))
		// A key of nothing would take what anybody signs.
		if err != nil || len(key) < 24 {
			log.Fatal("Set WEBHOOK_SECRETS to whsec_… of 24 bytes or more")
		}
		keys = append(keys, key)
	}
	return keys
}

// Whether somebody who knows one of the secrets sent exactly these bytes, lately.
func isGenuine(keys [][]byte, header http.Header, body []byte) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	// Whoever records a request must not be able to send it again next week. Unsigned, for a sign is no digit.
	seconds, err := strconv.ParseUint(timestamp, 10, 40)
	if err != nil || id == "" {
		return false
	}
	if age := time.Since(time.Unix(int64(seconds), 0)); age > tolerance || age < -tolerance {
		return false
	}
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		// The bytes as they came: JSON that was parsed and written anew is other bytes.
		fmt.Fprintf(mac, "%s.%s.", id, timestamp)
		mac.Write(body)
		wanted := mac.Sum(nil)
		for _, each := range strings.Split(header.Get("webhook-signature"), " ") {
			given, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(each, "v1,"))
			// In constant time, or the answer's delay tells how much of a guess is right.
			if strings.HasPrefix(each, "v1,") && err == nil && hmac.Equal(given, wanted) {
				return true
			}
		}
	}
	return false
}

// Keeps it, for somebody to act on afterwards: the sender waits. What fails here is sent again.
func keep(id string, body []byte) error {
	_, err := fmt.Printf("kept %s: %d bytes\n", id, len(body))
	return err
}

type receiver struct {
	keys [][]byte
	lock sync.Mutex
	// In place of a table with a unique column: what is sent again after a restart must be known, too. A webhook is sent
	// again for some days.
	seen map[string]bool
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBytes))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		} else {
			w.WriteHeader(http.StatusBadRequest)
		}
		return
	}
	if !isGenuine(r.keys, req.Header, body) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	id := req.Header.Get("webhook-id")
	r.lock.Lock()
	defer r.lock.Unlock()
	// Known, it is the same thing once more, because the answer to the first got lost.
	if !r.seen[id] {
		if keep(id, body) != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		r.seen[id] = true
	}
	w.WriteHeader(http.StatusNoContent)
}

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8787"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening at http://%s\n", listener.Addr())
	server := &http.Server{
		Handler:     &receiver{keys: keysOf(os.Getenv("WEBHOOK_SECRETS")), seen: map[string]bool{}},
		ReadTimeout: 30 * time.Second,
	}
	log.Fatal(server.Serve(listener))
}
