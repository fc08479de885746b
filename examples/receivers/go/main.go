// Receives Sluice's webhooks. Settings: WEBHOOK_SECRET (GET /v1/webhook-secret shows it), PORT.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"sync"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const bodyBytesMax = 1 << 20

// Ids of events that were taken. In earnest: a table with a unique key, in the same database as what is done with them.
var taken sync.Map

type event struct {
	Type string `json:"type"`
	Data struct {
		ID        string          `json:"id"`
		Result    json.RawMessage `json:"result"`
		ResultURL string          `json:"result_url"`
	} `json:"data"`
}

func main() {
	webhook, err := standardwebhooks.NewWebhook(os.Getenv("WEBHOOK_SECRET"))
	if err != nil {
		log.Fatal(err)
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "4000"
	}
	http.HandleFunc("POST /hook", func(response http.ResponseWriter, request *http.Request) {
		// The bytes as they came: a body that was parsed and written again does not fit its signature.
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, bodyBytesMax))
		if err != nil || webhook.Verify(body, request.Header) != nil {
			http.Error(response, "not signed by Sluice", http.StatusBadRequest)
			return
		}
		// Worked on after the answer; an event that comes again is answered again, and nothing more.
		id := request.Header.Get("webhook-id")
		if _, known := taken.LoadOrStore(id, true); !known {
			go work(id, body)
		}
		response.WriteHeader(http.StatusNoContent)
	})
	log.Printf("listening on http://localhost:%s/hook", port)
	log.Fatal(http.ListenAndServe(":"+port, nil))
}

func work(id string, body []byte) {
	var received event
	if err := json.Unmarshal(body, &received); err != nil {
		log.Printf("%s: %v", id, err)
		return
	}
	log.Printf("%s %s %s %s%s", id, received.Type, received.Data.ID, received.Data.Result, received.Data.ResultURL)
}
