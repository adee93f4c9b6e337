// The call on Go's net/http. It prints its port once it listens, and ends with its standard input.
package main

import (
	"crypto/subtle"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
)

type overview struct {
	XMLName    xml.Name `xml:"overview" json:"-"`
	Reputation int      `xml:"reputation" json:"reputation"`
	Requests   uint64   `xml:"requests" json:"requests"`
	Package    string   `xml:"package" json:"package"`
	Allowed    uint64   `xml:"credits_allowed" json:"credits_allowed"`
	Used       uint64   `xml:"credits_used" json:"credits_used"`
	Remain     uint64   `xml:"credits_remain" json:"credits_remain"`
	Overage    uint64   `xml:"credits_overage" json:"credits_overage"`
	Start      string   `xml:"billing_start_date" json:"billing_start_date"`
	End        string   `xml:"billing_end_date" json:"billing_end_date"`
	Process    string   `xml:"billing_process_date" json:"billing_process_date"`
}

type texts struct {
	Error []string `xml:"error"`
}

// With `errors>error,omitempty` a success would have an empty <errors> element.
type result struct {
	XMLName  xml.Name  `xml:"result"`
	Message  string    `xml:"message,omitempty"`
	Errors   *texts    `xml:"errors"`
	Overview *overview `xml:"overview"`
}

const apiKey = "Löwenzahn-&-Klee=7+"

var customers = map[string]overview{
	"gopher+1@burrow.example": {
		Reputation: 100, Requests: 18446744073709551615, Package: "Tunnel <XL> & Höhle",
		Allowed: 9007199254740993, Used: 9007199254740992, Remain: 1,
		Start: "2012-02-29", End: "2012-03-28", Process: "2012-03-29",
	},
	"gopher+2@burrow.example": {
		Reputation: 3, Requests: 12, Package: "地下 🐹",
		Allowed: 5, Used: 12, Overage: 7,
		Start: "2012-12-31", End: "2013-01-30", Process: "2013-02-01",
	},
}

func failed(status int, format string, values ...any) (int, result) {
	errors := texts{[]string{fmt.Sprintf(format, values...)}}
	return status, result{Message: "error", Errors: &errors}
}

func judge(given url.Values) (int, result) {
	for name, values := range given {
		if len(values) > 1 {
			return failed(http.StatusBadRequest, "%q is sent %d times", name, len(values))
		}
	}
	key := subtle.ConstantTimeCompare([]byte(given.Get("api_key")), []byte(apiKey))
	if given.Get("api_user") != "gärtner" || key != 1 {
		return failed(http.StatusUnauthorized, "invalid credentials")
	}
	if task := given.Get("task"); task != "overview" {
		return failed(http.StatusBadRequest, "no such task: %s", task)
	}
	account, known := customers[given.Get("user")]
	if !known {
		return failed(http.StatusNotFound, "no such user: %s", given.Get("user"))
	}
	return http.StatusOK, result{Overview: &account}
}

func respond(writer http.ResponseWriter, request *http.Request) {
	status, content := failed(http.StatusBadRequest, "malformed query")
	if given, err := url.ParseQuery(request.URL.RawQuery); err == nil {
		status, content = judge(given)
	}
	if path.Ext(request.URL.Path) == ".xml" {
		writer.Header().Set("Content-Type", "application/xml; charset=utf-8")
		writer.WriteHeader(status)
		io.WriteString(writer, xml.Header)
		xml.NewEncoder(writer).Encode(content)
		return
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	if content.Overview != nil {
		json.NewEncoder(writer).Encode(content.Overview)
		return
	}
	json.NewEncoder(writer).Encode(map[string]any{"message": content.Message, "errors": content.Errors.Error})
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	http.Serve(listener, http.HandlerFunc(respond))
}
