// Command go is an order service that imports the verifier.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/promogate/caddy-discount/docs/verify/go/verify"
)

func main() {
	key, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	body, err := os.ReadFile(os.Args[5])
	if err != nil {
		log.Fatal(err)
	}
	v := verify.Verifier{Issuer: os.Args[3], Audience: os.Args[4]}
	if v.Algorithm, v.Key, err = verify.ReadKey(key); err != nil {
		log.Fatal(err)
	}
	claims, err := v.Verify(os.Args[1], verify.Request{Body: body})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*claims.Amount)
}
